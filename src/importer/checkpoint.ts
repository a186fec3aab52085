/** A model's or a tokenizer's folder in the published layout: `config.json`, `model.safetensors`. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { z } from "zod";
import {
  type Checkpoint,
  DEPENDENCY_HEADS,
  FEATURES,
  type ModelArchitecture,
  type Tensor,
  type TokenizerArchitecture,
  type Weights,
} from "../kronos/architecture.ts";
import {
  isUnusedTensor,
  modelTensors,
  type TensorShapes,
  tokenizerTensors,
} from "./expected_tensors.ts";
import { readSafetensors, toFloat32 } from "./safetensors.ts";

/** Names of the two files of a checkpoint. */
export const CHECKPOINT_FILES = { config: "config.json", weights: "model.safetensors" } as const;

/** A checkpoint and the SHA-256 of each file it was read from, by file name. */
export interface SourcedCheckpoint<Architecture> extends Checkpoint<Architecture> {
  /** SHA-256 in hexadecimal by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A checkpoint that is missing, damaged, or not one that can be run. */
export class CheckpointError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "CheckpointError";
}

/** The most tensors that an error names: the first ones tell what is wrong. */
const NAMED_TENSORS_MAX = 3;
/** The most bits of a token: a vocabulary of 65,536, far above the published 1,024. */
const TOKEN_BITS_MAX = 16;
/** The most units of any width and the most layers: keeps absurd sizes from being computed with. */
const WIDTH_MAX = 65_536;
const LAYERS_MAX = 1024;

const width = z.int().positive().max(WIDTH_MAX);
const layers = z.int().positive().max(LAYERS_MAX);
const bits = z.int().positive().max(TOKEN_BITS_MAX);
const modelSchema = z.object({
  d_model: width,
  n_layers: layers,
  n_heads: width,
  ff_dim: width,
  s1_bits: bits,
  s2_bits: bits,
  learn_te: z.boolean(),
});
const tokenizerSchema = z.object({
  d_in: width,
  d_model: width,
  n_heads: width,
  ff_dim: width,
  n_enc_layers: layers,
  n_dec_layers: layers,
  s1_bits: bits,
  s2_bits: bits,
});

/**
 * Reads a model's folder.
 *
 * @throws CheckpointError where files are missing or hold other sizes or tensors than they should
 * @throws SafetensorsError where the weights are damaged
 */
export async function readModelCheckpoint(
  folder: string,
): Promise<SourcedCheckpoint<ModelArchitecture>> {
  return await readCheckpoint(folder, "model", modelSchema, (sizes) => {
    checkHeads(sizes.d_model, sizes.n_heads, "n_heads");
    if (sizes.d_model % DEPENDENCY_HEADS !== 0) {
      throw new CheckpointError(
        `Cannot use model: d_model ${sizes.d_model} does not divide into the dependency layer's ` +
          `${DEPENDENCY_HEADS} heads`,
      );
    }
    return modelTensors(sizes);
  });
}

/**
 * Reads a tokenizer's folder.
 *
 * @throws CheckpointError where files are missing or hold other sizes or tensors than they should
 * @throws SafetensorsError where the weights are damaged
 */
export async function readTokenizerCheckpoint(
  folder: string,
): Promise<SourcedCheckpoint<TokenizerArchitecture>> {
  return await readCheckpoint(folder, "tokenizer", tokenizerSchema, (sizes) => {
    checkHeads(sizes.d_model, sizes.n_heads, "n_heads");
    if (sizes.d_in !== FEATURES) {
      throw new CheckpointError(
        `Cannot use tokenizer: d_in is ${sizes.d_in}, a candle has ${FEATURES} columns`,
      );
    }
    return tokenizerTensors(sizes);
  });
}

/**
 * Checks that a model speaks the tokens of a tokenizer.
 *
 * @throws CheckpointError where it does not, or where s1 and s2 differ in bits
 */
export function checkFit(model: ModelArchitecture, tokenizer: TokenizerArchitecture): void {
  if (model.s1_bits !== tokenizer.s1_bits || model.s2_bits !== tokenizer.s2_bits) {
    throw new CheckpointError(
      `Cannot use model with tokenizer: the model's tokens have ${model.s1_bits} + ` +
        `${model.s2_bits} bits, the tokenizer's ${tokenizer.s1_bits} + ${tokenizer.s2_bits}`,
    );
  }
  if (model.s1_bits !== model.s2_bits) {
    throw new CheckpointError(
      `Cannot use model: s1_bits ${model.s1_bits} and s2_bits ${model.s2_bits} differ`,
    );
  }
}

function checkHeads(units: number, heads: number, name: string): void {
  if (units % heads !== 0) {
    throw new CheckpointError(
      `Cannot use checkpoint: ${name} ${heads} does not divide d_model ${units}`,
    );
  }
  // The rotary embedding turns pairs of values.
  if ((units / heads) % 2 !== 0) {
    throw new CheckpointError(
      `Cannot use checkpoint: heads of d_model / ${name} = ${units / heads} values, an odd number`,
    );
  }
}

async function readCheckpoint<Architecture>(
  folder: string,
  part: string,
  schema: z.ZodType<Architecture>,
  expect: (architecture: Architecture) => TensorShapes,
): Promise<SourcedCheckpoint<Architecture>> {
  const name = `${part} ${basename(folder)}`;
  const config = await readCheckpointFile(folder, CHECKPOINT_FILES.config, name);
  const architecture = parseConfig(config, schema, name);
  const shapes = expect(architecture);
  const file = await readCheckpointFile(folder, CHECKPOINT_FILES.weights, name);
  return {
    architecture,
    weights: checkedWeights(file, shapes, name),
    files: {
      [CHECKPOINT_FILES.config]: sha256(config),
      [CHECKPOINT_FILES.weights]: sha256(file),
    },
  };
}

async function readCheckpointFile(folder: string, file: string, name: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(join(folder, file));
  } catch (cause) {
    const state = cause instanceof Deno.errors.NotFound
      ? `${join(folder, file)} does not exist`
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new CheckpointError(`Cannot read ${name}: ${state}`, { cause });
  }
}

function parseConfig<Architecture>(
  bytes: Uint8Array,
  schema: z.ZodType<Architecture>,
  name: string,
): Architecture {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CheckpointError(`Cannot read ${name}: config.json is not JSON`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    `${path.join(".") || "config"}: ${message}`
  );
  throw new CheckpointError(`Cannot read ${name}: config.json: ${problems.join("; ")}`);
}

function checkedWeights(file: Uint8Array, shapes: TensorShapes, name: string): Weights {
  const stored = readSafetensors(file, `${name} ${CHECKPOINT_FILES.weights}`);
  const refuse = (state: string) => new CheckpointError(`Cannot use ${name}: ${state}`);
  const missing = [...shapes.keys()].filter((tensor) => !stored.has(tensor));
  if (missing.length > 0) throw refuse(`missing ${listed(missing)}`);
  const extra = [...stored.keys()].filter((tensor) =>
    !shapes.has(tensor) && !isUnusedTensor(tensor)
  );
  if (extra.length > 0) throw refuse(`unknown ${listed(extra)}`);
  const weights = new Map<string, Tensor>();
  for (const [tensor, shape] of shapes) {
    const entry = stored.get(tensor)!;
    if (entry.shape.join() !== shape.join()) {
      throw refuse(`tensor ${tensor} has shape [${entry.shape}], its sizes ask for [${shape}]`);
    }
    if (entry.dtype === "I64") throw refuse(`tensor ${tensor} holds integers`);
    const data = toFloat32(entry);
    if (!data.every(Number.isFinite)) throw refuse(`tensor ${tensor} holds values not finite`);
    weights.set(tensor, { shape, data });
  }
  return weights;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_TENSORS_MAX;
  const first = names.slice(0, NAMED_TENSORS_MAX).join(", ");
  return `tensor${names.length > 1 ? "s" : ""} ${first}${more > 0 ? ` and ${more} more` : ""}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
