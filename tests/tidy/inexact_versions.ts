/** Dependencies are named with one version, so that the same checkout is the same program. */
import { type Finding, findingAt, type TextFile } from "./text_file.ts";

const EXACT = /^npm:\/?(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.]+)?(?:\/[\w./-]*)?$/;

/** Entries of `imports` in a deno.json that are not npm packages of an exact version. */
export function inexactVersions(denoJson: TextFile): Finding[] {
  const { imports = {} }: { imports?: Readonly<Record<string, string>> } = JSON.parse(
    denoJson.text,
  );
  return Object.entries(imports).filter(([, target]) => !EXACT.test(target)).map(
    ([name, target]) => {
      const index = denoJson.text.indexOf(JSON.stringify(name));
      return findingAt(denoJson, index, `${name} is ${target}, not one exact version`);
    },
  );
}
