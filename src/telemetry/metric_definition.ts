/** One line of the table of metrics, and the buckets that histograms share. */

/** One line of the table. */
export interface MetricDefinition {
  /** Which handle it gets. */
  readonly kind: "counter" | "gauge" | "histogram";
  /** What Prometheus calls it; the unit comes last. */
  readonly name: string;
  /** What a value means, for whoever reads the page. */
  readonly help: string;
  /** Names of its labels; none may grow with clients or requests. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
  /**
   * Values of its labels that stand at 0 from the start, every combination: Prometheus sees no increase
   * in a series that begins with 1.
   */
  readonly initial?: Readonly<Record<string, readonly string[]>>;
}

/** Metrics by the name that the code uses. */
export type MetricTable = Readonly<Record<string, MetricDefinition>>;

/** Seconds; past the longest timeout, so that a timeout is not in the last bucket. */
export const LATENCY_BUCKETS = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  120,
  240,
  300,
  360,
] as const;

/** Candles of an input; up to a whole batch. */
export const SIZE_BUCKETS = [
  1,
  16,
  64,
  128,
  256,
  400,
  512,
  1024,
  2048,
  8192,
  65_536,
  524_288,
] as const;

/** Rows of a decode call; up to `KRONOS_MAX_BATCH_ROWS` of the largest machines. */
export const ROW_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const;
