/** What the main thread and the one for JSON say to each other. */
import type { WindowScore } from "../evaluation/score_window.ts";
import type { Summary } from "../evaluation/summarize_scores.ts";
import type { ErrorType } from "./errors.ts";
import type { SeriesEndpoint } from "./parse_request.ts";
import type { PredictionAnswer } from "./prediction_answer.ts";
import type { ValidBacktest } from "./validate_backtest.ts";
import type { ValidationContext, ValidSeries } from "./validate_series.ts";

/** One piece of work. */
export type JsonTask =
  | {
    /** Which. */
    readonly kind: "parse";
    /** How the body is to be read. */
    readonly endpoint: SeriesEndpoint;
    /** The body. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** What it is held against. */
    readonly context: ValidationContext | null;
  }
  | {
    /** Which. */
    readonly kind: "parse_backtest";
    /** The body. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** What it is held against. */
    readonly context: ValidationContext | null;
  }
  | {
    /** Which. */
    readonly kind: "summarize";
    /** Scores of windows. */
    readonly scores: readonly WindowScore[];
    /** Fixes the bootstrap's draws. */
    readonly seed: number;
  }
  | {
    /** Which. */
    readonly kind: "write";
    /** What the body is to say. */
    readonly answer: PredictionAnswer;
  };

/** What comes of each kind. */
export interface JsonResults {
  /** The series of a valid body. */
  readonly parse: ValidSeries[];
  /** The backtest of a valid body. */
  readonly parse_backtest: ValidBacktest | null;
  /** What the scores come to. */
  readonly summarize: Summary;
  /** JSON in UTF-8. */
  readonly write: Uint8Array<ArrayBuffer>;
}

/** An error of the table, as it crosses between threads. */
export interface Refusal {
  /** Its name in the table. */
  readonly type: ErrorType;
  /** For the client. */
  readonly message: string;
  /** For programs. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The answer to the task that was sent first and is not answered. */
export type JsonReply =
  | { readonly result: JsonResults[keyof JsonResults] }
  | { readonly refusal: Refusal }
  | { readonly failure: Error };
