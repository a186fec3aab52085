/** A model folder of the tiny parity checkpoint: random weights, loaded and run in no time. */
import { createHash } from "node:crypto";
import { importModel } from "../../src/importer/import_model.ts";

const FIXTURE = new URL("../fixtures/parity/tiny/", import.meta.url).pathname;

/** Tokens that the tiny model attends to. */
const TINY_CONTEXT = 64;

/** A folder that is removed at the end of its scope. */
export class TinyModelFolder implements AsyncDisposable {
  /** Where it is. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Writes it; verification has its own tests. */
  static async create(): Promise<TinyModelFolder> {
    const path = await Deno.makeTempDir({ prefix: "kronos-tiny-" });
    const source = (part: string) => ({ folder: FIXTURE + part, origin: part, revision: null });
    await importModel({
      model: source("model"),
      tokenizer: source("tokenizer"),
      out: `${path}/model`,
      maxContext: TINY_CONTEXT,
      modelVersion: "tiny",
      tokenizerVersion: "tiny",
      licence: "mit",
      verify: () => Promise.resolve(),
    });
    return new TinyModelFolder(path);
  }

  /** The settings of a service that serves it with one replica. */
  get settings(): Readonly<Record<string, string>> {
    return { KRONOS_MODEL_PATH: `${this.path}/model`, KRONOS_WORKERS: "1" };
  }

  /** Puts another file in the place of one of its own; the manifest vouches for it. */
  async replaceFile(name: string, bytes: Uint8Array): Promise<void> {
    const manifestPath = `${this.path}/model/manifest.json`;
    const manifest = JSON.parse(await Deno.readTextFile(manifestPath));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    manifest.files[name] = { sha256, bytes: bytes.length };
    await Deno.writeFile(`${this.path}/model/${name}`, bytes);
    await Deno.writeTextFile(manifestPath, JSON.stringify(manifest));
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
