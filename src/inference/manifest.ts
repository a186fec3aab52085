/** `manifest.json`: what a model folder holds and where it came from. */
import { z } from "zod";
import type { ModelArchitecture, TokenizerArchitecture } from "../kronos/architecture.ts";

/** The only format this version reads and writes. */
export const MANIFEST_FORMAT = 3;

/** Files of each graph, see `GraphBytes`. */
export const GRAPH_FILES = {
  /** Tokenizer encoder: normalised candles to tokens. */
  encoder: { structure: "encoder.onnx", weights: "encoder.weights" },
  /** Transformer: prefill and generation in a loop. */
  generator: { structure: "generator.onnx", weights: "generator.weights" },
  /** Tokenizer decoder: tokens to normalised candles. */
  decoder: { structure: "decoder.onnx", weights: "decoder.weights" },
} as const;

/** What a graph is for. */
export type GraphRole = keyof typeof GRAPH_FILES;

/** Every role, in the order of the files. */
export const GRAPH_ROLES = Object.keys(GRAPH_FILES) as readonly GraphRole[];

/** All of the files, in the order in which they are read. */
export const MODEL_FILES: readonly string[] = Object.values(GRAPH_FILES).flatMap(
  ({ structure, weights }) => [structure, weights],
);

/** Where a checkpoint came from. */
export interface ManifestSource {
  /** `hf:owner/name`, or the name of the folder it was read from. */
  readonly origin: string;
  /** The commit on the hub; null for a folder. */
  readonly revision: string | null;
  /** SHA-256 of each file read, hexadecimal, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** What `deno task calibrate` fitted; its lists have a value for each of `steps`. */
export interface ManifestCalibration {
  /** How the paths were drawn that it was fitted on. */
  readonly sampling: {
    /** Above 0, at most 10. */
    readonly temperature: number;
    /** 0 where it was off. */
    readonly top_k: number;
    /** In (0, 1]. */
    readonly top_p: number;
  };
  /** Steps ahead, ascending. */
  readonly steps: readonly number[];
  /** Factors of the distance between the paths' mean and the last close. */
  readonly drift: readonly number[];
  /** 0 to 1: the weight of the paths' own spread; the rest is a random walk's. */
  readonly own: readonly number[];
  /** Factors of the whole spread, above 0. */
  readonly scale: readonly number[];
}

/** A parsed `manifest.json`. */
export interface Manifest {
  /** The format that this version reads and writes. */
  readonly format_version: typeof MANIFEST_FORMAT;
  /** Answers carry it. */
  readonly model_version: string;
  /** Answers carry it. */
  readonly tokenizer_version: string;
  /** The sizes of both checkpoints. */
  readonly architecture: {
    /** Of the transformer. */
    readonly model: ModelArchitecture;
    /** Of the tokenizer. */
    readonly tokenizer: TokenizerArchitecture;
  };
  /** What the graphs were built for. */
  readonly limits: {
    /** Tokens the model attends to. */
    readonly max_context: number;
    /** Steps a forecast may have. */
    readonly max_horizon: number;
    /** Candles an input may have. */
    readonly max_input: number;
  };
  /** Sampling where neither request nor settings say. */
  readonly defaults: {
    /** Above 0, at most 10. */
    readonly temperature?: number | undefined;
    /** 0 switches it off. */
    readonly top_k?: number | undefined;
    /** In (0, 1]. */
    readonly top_p?: number | undefined;
    /** Sample paths. */
    readonly sample_count?: number | undefined;
    /** Whether paths leave from the real last close; absent: they do not, as in the reference. */
    readonly anchor?: boolean | undefined;
  };
  /** How paths are spread anew, see `Calibration`; absent: they are not. */
  readonly calibration?: ManifestCalibration | undefined;
  /** Where the two checkpoints came from. */
  readonly sources: {
    /** Of the transformer. */
    readonly model: ManifestSource;
    /** Of the tokenizer. */
    readonly tokenizer: ManifestSource;
  };
  /** Of the weights. */
  readonly licence: string;
  /** Versions that the graphs are written in. */
  readonly onnx: {
    /** Of the standard operator set. */
    readonly opset: number;
    /** Of the file format. */
    readonly ir_version: number;
  };
  /** SHA-256, hexadecimal, and size of each file of a graph, by name. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

const count = z.int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const source = z.object({
  /** `hf:owner/name`, or the name of the folder it was read from. */
  origin: z.string().min(1),
  /** The commit on the hub; null for a folder. */
  revision: z.string().nullable(),
  /** SHA-256 of each file read, by name. */
  files: z.record(z.string(), sha256),
});

const temperature = z.number().positive().max(10);
const topK = z.int().min(0);
const topP = z.number().positive().max(1);

const calibration = z.object({
  sampling: z.object({ temperature, top_k: topK, top_p: topP }),
  steps: z.array(count).min(1),
  drift: z.array(z.number().min(0).max(2)),
  own: z.array(z.number().min(0).max(1)),
  scale: z.array(z.number().positive().max(10)),
}).refine(
  ({ steps, drift, own, scale }) =>
    [drift, own, scale].every((values) => values.length === steps.length) &&
    steps.every((step, i) => i === 0 || step > steps[i - 1]),
  "steps must ascend, and every other list have as many values",
);

const manifestSchema = z.object({
  format_version: z.literal(MANIFEST_FORMAT, {
    error: ({ input }) =>
      `this version reads ${MANIFEST_FORMAT}, not ${input}: write the folder anew (deno task import --from)`,
  }),
  model_version: z.string().min(1),
  tokenizer_version: z.string().min(1),
  architecture: z.object({
    model: z.object({
      d_model: count,
      n_layers: count,
      n_heads: count,
      ff_dim: count,
      s1_bits: count,
      s2_bits: count,
      learn_te: z.boolean(),
    }),
    tokenizer: z.object({
      d_in: count,
      d_model: count,
      n_heads: count,
      ff_dim: count,
      n_enc_layers: count,
      n_dec_layers: count,
      s1_bits: count,
      s2_bits: count,
    }),
  }),
  limits: z.object({
    /** Tokens the model attends to. */
    max_context: count,
    /** Steps a forecast may have. */
    max_horizon: count,
    /** Candles an input may have. */
    max_input: count,
  }),
  defaults: z.object({
    temperature: temperature.optional(),
    top_k: topK.optional(),
    top_p: topP.optional(),
    sample_count: count.optional(),
    anchor: z.boolean().optional(),
  }),
  calibration: calibration.optional(),
  sources: z.object({ model: source, tokenizer: source }),
  licence: z.string().min(1),
  onnx: z.object({ opset: count, ir_version: count }),
  files: z.record(z.string(), z.object({ sha256, bytes: count })),
});

/**
 * Checks that a JSON value is a manifest of this format.
 *
 * @throws TypeError naming every field that is wrong
 */
export function parseManifest(value: unknown): Manifest {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    `${path.join(".") || "manifest"}: ${message}`
  );
  throw new TypeError(`manifest.json: ${problems.join("; ")}`);
}
