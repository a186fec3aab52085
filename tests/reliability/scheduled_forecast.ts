/** A forecast through the scheduler, which tries again what a lost replica took along. */
import type { Scheduler } from "../../src/forecast/scheduler.ts";
import type { SeriesInput } from "../../src/inference/engine.ts";

/** Candles of one path, `[horizon, 6]`, from the try that succeeded. */
export async function scheduledForecast(
  scheduler: Scheduler,
  input: SeriesInput,
): Promise<Float32Array> {
  let values: number[] = [];
  await scheduler.submit([{
    paths: 1,
    tokens: 60,
    prepare: () => {
      values = [];
      return input;
    },
    advance: ({ candles }) => void values.push(...candles),
    finish: () => {},
  }], new AbortController().signal);
  return Float32Array.from(values);
}
