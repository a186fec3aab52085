/** The first forecast of a replica, before the first client's. */
import { FEATURES, TIME_FEATURES } from "../kronos/architecture.ts";
import type { Replica } from "./engine.ts";

/** Candles, and two calls of steps: enough to run every graph once, and the loops of both again. */
const WARM_UP = { candles: 40, steps: [16, 4] };

/**
 * Forecasts a gentle wave. A replica compiles and grows on its first run, and graphs that cannot be run
 * show it.
 *
 * @throws whatever its calls throw
 */
export async function warmUp(
  replica: Pick<Replica, "prefill" | "decode" | "release">,
): Promise<void> {
  const { candles, steps } = WARM_UP;
  const horizon = steps.reduce((sum, count) => sum + count);
  const { handle } = await replica.prefill({
    features: Float32Array.from(
      { length: candles * FEATURES },
      (_, i) => Math.sin(Math.floor(i / FEATURES) / 3),
    ),
    stamps: new Int32Array((candles + horizon) * TIME_FEATURES).fill(1),
    horizon,
    paths: 1,
    sampling: { temperature: 1, topK: 0, topP: 0.9 },
    seed: 0,
    policy: "rolling",
  });
  for (const count of steps) await replica.decode([handle], count);
  await replica.release([handle]);
}
