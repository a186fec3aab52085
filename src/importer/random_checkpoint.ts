/** Command: writes a checkpoint of random weights in the published layout, for tests and timing. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ModelArchitecture, TokenizerArchitecture } from "../kronos/architecture.ts";
import { fillUniform } from "../kronos/noise.ts";
import { CHECKPOINT_FILES } from "./checkpoint.ts";
import { modelTensors, type TensorShapes, tokenizerTensors } from "./expected_tensors.ts";
import { type Dtype, fromFloat32, type StoredTensor, writeSafetensors } from "./safetensors.ts";

type Sizes = Pick<ModelArchitecture, "d_model" | "n_layers" | "n_heads" | "ff_dim">;

/** Names of the shapes. */
export type ShapeName = "tiny" | "mini" | "small" | "base";

/** The published sizes, and a tiny one. */
const SHAPES: Readonly<Record<ShapeName, Sizes>> = {
  tiny: { d_model: 32, n_layers: 2, n_heads: 2, ff_dim: 64 },
  mini: { d_model: 256, n_layers: 4, n_heads: 4, ff_dim: 512 },
  small: { d_model: 512, n_layers: 8, n_heads: 8, ff_dim: 1024 },
  base: { d_model: 832, n_layers: 12, n_heads: 16, ff_dim: 2048 },
};

/** Standard deviation of the weights: as models of this kind are initialised. */
const WEIGHT_DEVIATION = 0.02;

/** How to make a checkpoint. */
export interface RandomCheckpointOptions {
  /** Sizes of the model; `tiny` has 6 bits a token, the others the published 10. */
  readonly shape: ShapeName;
  /** Gets the folders `model` and `tokenizer`. */
  readonly out: string;
  /** 0 to 2^53 - 1; the same seed gives the same files. */
  readonly seed: number;
  /** Number format of the stored weights. */
  readonly dtype: Exclude<Dtype, "I64">;
}

/** Writes a model and a tokenizer that fit. */
export async function writeRandomCheckpoint(options: RandomCheckpointOptions): Promise<void> {
  const bits = options.shape === "tiny" ? 6 : 10;
  const tokens = { s1_bits: bits, s2_bits: bits };
  const model: ModelArchitecture = { ...SHAPES[options.shape], ...tokens, learn_te: true };
  const width = options.shape === "tiny" ? 32 : 256;
  const tokenizer: TokenizerArchitecture = {
    d_in: 6,
    d_model: width,
    n_heads: options.shape === "tiny" ? 2 : 4,
    ff_dim: 2 * width,
    n_enc_layers: 4,
    n_dec_layers: 4,
    ...tokens,
  };
  await writePart(join(options.out, "model"), model, modelTensors(model), options, 0);
  await writePart(
    join(options.out, "tokenizer"),
    tokenizer,
    tokenizerTensors(tokenizer),
    options,
    1,
  );
}

async function writePart(
  folder: string,
  config: ModelArchitecture | TokenizerArchitecture,
  shapes: TensorShapes,
  { seed, dtype }: RandomCheckpointOptions,
  part: number,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shape] of shapes) {
    const values = randomValues(name, shape, seed, part, tensors.size);
    tensors.set(name, fromFloat32(values, shape, dtype));
  }
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, CHECKPOINT_FILES.config),
    `${JSON.stringify(config, null, 2)}\n`,
  );
  await Deno.writeFile(join(folder, CHECKPOINT_FILES.weights), writeSafetensors(tensors));
}

function randomValues(
  name: string,
  shape: readonly number[],
  seed: number,
  part: number,
  index: number,
): Float32Array {
  const count = shape.reduce((product, n) => product * n, 1);
  if (/norm\d?\.weight$/.test(name)) return new Float32Array(count).fill(1);
  const radius = new Float32Array(count);
  const angle = new Float32Array(count);
  fillUniform(radius, 0, count, { seed, path: part, step: index, token: 0 });
  fillUniform(angle, 0, count, { seed, path: part, step: index, token: 1 });
  // Box and Muller: two uniform numbers make a normal one.
  return radius.map((u, i) =>
    WEIGHT_DEVIATION * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * angle[i])
  );
}

function isShape(name: string): name is ShapeName {
  return Object.hasOwn(SHAPES, name);
}

const USAGE = "Usage: --shape tiny|mini|small|base --out DIR [--seed N] [--dtype f32|f16|bf16]";
const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;
const DTYPES = new Map<string, RandomCheckpointOptions["dtype"]>([
  ["f32", "F32"],
  ["f16", "F16"],
  ["bf16", "BF16"],
]);

function readOptions(args: readonly string[]): RandomCheckpointOptions | null {
  try {
    const { values: { shape = "", out, seed, dtype } } = parseArgs({
      args: [...args],
      options: {
        shape: { type: "string" },
        out: { type: "string" },
        seed: { type: "string", default: "1" },
        dtype: { type: "string", default: "f32" },
      },
    });
    const stored = DTYPES.get(dtype);
    if (!out || !isShape(shape) || stored === undefined || !/^\d+$/.test(seed)) return null;
    return Number.isSafeInteger(Number(seed))
      ? { shape, out, seed: Number(seed), dtype: stored }
      : null;
  } catch {
    // An option that is not known.
    return null;
  }
}

/** Runs the command; its exit code. `complain` gets the line about a failure. */
export async function randomCheckpointCommand(
  args: readonly string[],
  complain: (line: string) => void,
): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    complain(USAGE);
    return EXIT_USAGE;
  }
  try {
    await writeRandomCheckpoint(options);
    return 0;
  } catch (error) {
    complain(`Cannot write ${options.out}: ${error instanceof Error ? error.message : error}`);
    return EXIT_FAILURE;
  }
}

if (import.meta.main) Deno.exit(await randomCheckpointCommand(Deno.args, console.error));
