/** What is odd about a request or its forecast, though not wrong; docs/warnings.md lists the codes. */
export interface Warning {
  /** What is odd, for programs. */
  readonly code: WarningCode;
  /** What is odd, for a person. */
  readonly message: string;
  /** The field of the request, or of the answer, that it is about. */
  readonly field: string;
  /** The entry of it, from 0; null where it is about all. */
  readonly index: number | null;
}

/** Every code. */
export type WarningCode =
  | "constant_input"
  | "stale_input"
  | "repaired_candles"
  | "clipped_candles"
  | "gap"
  | "irregular_spacing"
  | "inferred_calendar"
  | "calendar_mismatch"
  | "prediction_spacing"
  | "beyond_recent_range"
  | "few_paths";
