/** Holds manifests to the API's own types: a field that does not exist is an error, as in a cluster. */
import { commandOutput } from "./command_output.ts";

/** An object of Kubernetes. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Module of kubernetes-types that has the types of an API version: `apps/v1`, `core/v1`. */
function moduleOf({ apiVersion }: KubernetesObject): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  return `kubernetes-types/${group.replace(/\.k8s\.io$/, "")}/${version}`;
}

/**
 * Writes the objects as literals of their types and has Deno check them.
 *
 * @throws Error with what the checker said
 */
export async function checkTypes(objects: readonly KubernetesObject[]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kronos-manifests-" });
  try {
    const lines = objects.map((object, i) =>
      `import type { ${object.kind} as Kind${i} } from "${moduleOf(object)}.d.ts";\n` +
      `export const object${i}: Kind${i} = ${JSON.stringify(object, null, 2)};\n`
    );
    const module = `${folder}/manifests.ts`;
    await Deno.writeTextFile(module, lines.join(""));
    await commandOutput(Deno.execPath(), ["check", "--quiet", "--config", "deno.json", module]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
