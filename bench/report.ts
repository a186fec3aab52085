/** What was measured, as a table, and beside the goals. */
import { type BenchResult, median, type Variant } from "./case.ts";

/** Results of one case, a round each. */
export interface Measured {
  /** Such as `nano`. */
  readonly shape: string;
  /** What ran. */
  readonly variant: Variant;
  /** At least one. */
  readonly results: readonly BenchResult[];
}

/** By `caseName()`. */
export type Measurements = ReadonlyMap<string, Measured>;

/** What a case is called in the table, and by `--cases`. */
export function caseName(
  shape: string,
  { device, precision, replicas, threads, series, paths }: Variant,
): string {
  return `${shape} ${series}x${paths} ${device} ${precision} ${replicas}x${threads}`;
}

function middle({ results }: Measured, phase: keyof BenchResult): number {
  return median(results.map((result) => result[phase]));
}

/** A row for each case, beside native onnxruntime on the same graphs where that ran too. */
export function caseRows(measurements: Measurements): Record<string, number | string>[] {
  return [...measurements].map(([name, measured]) => {
    const { shape, variant } = measured;
    const native = measurements.get(
      caseName(shape, { ...variant, device: "native", precision: "f32" }),
    );
    const ms = (phase: keyof BenchResult): number => Math.round(middle(measured, phase));
    return {
      case: name,
      "load ms": ms("loadMs"),
      "tokenize ms": ms("tokenizeMs"),
      "prefill ms": ms("prefillMs"),
      "decode ms": ms("decodeMs"),
      "total ms": ms("totalMs"),
      "to native": native === undefined
        ? ""
        : (middle(measured, "totalMs") / middle(native, "totalMs")).toFixed(2),
      "series a second": (1000 * variant.series / middle(measured, "totalMs")).toFixed(1),
      "rss MB": ms("rssMb"),
    };
  });
}

/** The PyTorch reference on another machine, and the native prefill of small there: seconds. */
const REFERENCE = { smallOnePath: 26.8, miniManyPaths: 164, nativePrefillOfSmall: 0.12 };

/** A figure that is to be reached. */
interface Goal {
  readonly goal: string;
  readonly measured: number | null;
  /** At least or at most so much. */
  readonly wanted: readonly ["at least" | "at most", number];
}

function value(measurements: Measurements, name: string, phase: keyof BenchResult): number | null {
  const measured = measurements.get(name);
  return measured === undefined ? null : middle(measured, phase);
}

function ratio(above: number | null, below: number | null): number | null {
  return above === null || below === null ? null : above / below;
}

/**
 * Seconds of this machine for one of the reference's: its native prefill of small, over that of the
 * machine on which the reference ran. Null where it was not measured.
 */
export function referenceScale(measurements: Measurements): number | null {
  const prefillMs = value(measurements, "small 1x1 native f32 1x2", "prefillMs");
  return ratio(prefillMs, 1000 * REFERENCE.nativePrefillOfSmall);
}

/** The goals, each with what was measured of it, null where its cases did not run. */
export function goalRows(
  measurements: Measurements,
): Record<string, number | string | boolean | null>[] {
  const total = (name: string): number | null => value(measurements, name, "totalMs");
  const scale = referenceScale(measurements);
  const fasterThan = (seconds: number, name: string): number | null =>
    ratio(scale === null ? null : scale * 1000 * seconds, total(name));
  const one = total("nano 1x1 wasm f32 2x1");
  const goals: Goal[] = [
    {
      goal: "small, 1 path: WASM to native, 2 threads",
      measured: ratio(total("small 1x1 wasm f32 1x2"), total("small 1x1 native f32 1x2")),
      wanted: ["at most", 2],
    },
    {
      goal: "small, 1 path: times faster than the reference",
      measured: fasterThan(REFERENCE.smallOnePath, "small 1x1 wasm f32 1x2"),
      wanted: ["at least", 20],
    },
    {
      goal: "mini, 32 paths: times faster than the reference",
      measured: fasterThan(REFERENCE.miniManyPaths, "mini 1x32 wasm f32 2x1"),
      wanted: ["at least", 100],
    },
    {
      goal: "nano: series a second, 16 together to one (served: bench:capacity)",
      measured: ratio(one === null ? null : 16 * one, total("nano 16x1 wasm f32 2x1")),
      wanted: ["at least", 4],
    },
    {
      goal: "nano, 1 path: resident MB (served: bench:memory)",
      measured: value(measurements, "nano 1x1 wasm f32 1x2", "rssMb"),
      wanted: ["at most", 250],
    },
    {
      goal: "small, 1 path: resident MB (served: bench:memory)",
      measured: value(measurements, "small 1x1 wasm f32 1x2", "rssMb"),
      wanted: ["at most", 450],
    },
  ];
  return goals.map(({ goal, measured, wanted: [bound, figure] }) => {
    const wanted = `${bound} ${figure}`;
    if (measured === null) return { goal, measured, wanted, met: null };
    const met = bound === "at least" ? measured >= figure : measured <= figure;
    return { goal, measured: Number(measured.toPrecision(3)), wanted, met };
  });
}
