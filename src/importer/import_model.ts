/** A checkpoint to a verified model folder, all or nothing. */
import {
  checkFit,
  readModelCheckpoint,
  readTokenizerCheckpoint,
  type SourcedCheckpoint,
} from "./checkpoint.ts";
import { type ModelContent, writeModel, type WriteOptions } from "./write_model.ts";

/** Steps a forecast may have: what the service offers. */
export const MAX_HORIZON = 512;
/** Candles an input may have: what the service takes. */
export const MAX_INPUT = 2048;
/** Tokens a model may attend to: the longest context of a published model, that of the mini. */
export const MAX_CONTEXT = 2048;

/** A checkpoint's folder and where it came from. */
export interface ImportSource {
  /** Holds `config.json` and `model.safetensors`. */
  readonly folder: string;
  /** `hf:owner/name`, or the folder's name. */
  readonly origin: string;
  /** The commit on the hub, else null. */
  readonly revision: string | null;
}

/** What to import. */
export interface ImportOptions extends WriteOptions {
  /** The transformer. */
  readonly model: ImportSource;
  /** The tokenizer it was trained with; sizes of tokens must agree. */
  readonly tokenizer: ImportSource;
  /** Tokens the model attends to, 1 to `MAX_CONTEXT`. */
  readonly maxContext: number;
  /** Answers carry it as `model_version`. */
  readonly modelVersion: string;
  /** Answers carry it as `tokenizer_version`. */
  readonly tokenizerVersion: string;
  /** Written to the manifest; the weights' own, not this repository's. */
  readonly licence: string;
}

/**
 * Imports a checkpoint; what is written, and when, is said of `writeModel`.
 *
 * @throws ImportError where the target cannot be written, or is something else than a model folder
 * @throws CheckpointError, SafetensorsError where a checkpoint cannot be used
 * @throws the signal's reason, where it was aborted before the model was in its place
 */
export async function importModel(options: ImportOptions): Promise<void> {
  await writeModel(options, async () => {
    const model = await readModelCheckpoint(options.model.folder);
    const tokenizer = await readTokenizerCheckpoint(options.tokenizer.folder);
    checkFit(model.architecture, tokenizer.architecture);
    const source = (
      { origin, revision }: ImportSource,
      { files }: Pick<SourcedCheckpoint<unknown>, "files">,
    ) => ({ origin, revision, files });
    const description: ModelContent["description"] = {
      model_version: options.modelVersion,
      tokenizer_version: options.tokenizerVersion,
      architecture: { model: model.architecture, tokenizer: tokenizer.architecture },
      limits: { max_context: options.maxContext, max_horizon: MAX_HORIZON, max_input: MAX_INPUT },
      defaults: {},
      sources: {
        model: source(options.model, model),
        tokenizer: source(options.tokenizer, tokenizer),
      },
      licence: options.licence,
    };
    return { model, tokenizer, description };
  });
}
