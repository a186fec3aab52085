/** The plain TypeScript against what the reference computed. */
import assert from "node:assert/strict";
import { columnStatistics, denormalize, normalize } from "../../src/kronos/features.ts";
import { forecastPlain } from "../../src/kronos/forecast.ts";
import { hiddenStates, s1Logits, s2Logits } from "../../src/kronos/model.ts";
import { decodeTokens, encodeCandles } from "../../src/kronos/tokenizer.ts";
import {
  largestDifference,
  loadCase,
  type LoadedCase,
  MINI_CASE,
  miniCaseMissing,
  rawCandles,
  stampsOf,
  TINY_CASES,
} from "./load_case.ts";

const CLIP = 5;
const GREEDY = { temperature: 1, topK: 1, topP: 1 };

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, most: number): void {
  const difference = largestDifference(actual, expected);
  assert.ok(difference <= most, `differs by ${difference}, more than ${most}`);
}

/** Everything up to the first drawn token, and the reconstruction. */
function assertPieces({ model, tokenizer, parity }: LoadedCase): void {
  const candles = rawCandles(parity);
  const features = normalize(candles, columnStatistics(candles), CLIP);
  assertNear(features, parity.normalized.flat(), 1e-4);
  const stamps = stampsOf(parity);
  const time = parity.timestamps.length;
  assert.deepEqual([...stamps.subarray(0, time * 5)], parity.time_features.flat());
  const tokens = encodeCandles(tokenizer, features);
  assert.deepEqual(tokens.s1, parity.tokens_s1);
  assert.deepEqual(tokens.s2, parity.tokens_s2);
  const first = Math.max(0, time - parity.max_context);
  const window = { s1: tokens.s1.slice(first), s2: tokens.s2.slice(first) };
  const hidden = hiddenStates(model, window, stamps.subarray(first * 5), parity.max_context);
  assertNear(s1Logits(model, hidden), parity.s1_logits_last, 1e-3);
  const logits = s2Logits(model, hidden, parity.s1_argmax, parity.max_context);
  assertNear(logits, parity.s2_logits_last, 1e-3);
  const reconstruction = decodeTokens(tokenizer, tokens, Infinity);
  assertNear(reconstruction.subarray(0, 6), parity.reconstruction_first_last[0], 1e-3);
  assertNear(reconstruction.subarray(-6), parity.reconstruction_first_last[1], 1e-3);
}

/** The greedy forecast, in units of each column's deviation. */
function assertForecast({ model, tokenizer, parity }: LoadedCase): void {
  const candles = rawCandles(parity);
  const statistics = columnStatistics(candles);
  const forecast = forecastPlain(model, tokenizer, {
    features: normalize(candles, statistics, CLIP),
    stamps: stampsOf(parity),
    horizon: parity.prediction_timestamps.length,
    paths: 1,
    sampling: GREEDY,
    seed: 1,
    policy: "exact",
  }, parity.max_context);
  const expected = parity.greedy_prediction.flat();
  denormalize(forecast, statistics).forEach((value, i) => {
    // A constant column has no deviation; the file's seven decimals bound it.
    const most = Math.max(1e-4 * parity.std[i % 6], 1e-6);
    assert.ok(Math.abs(value - expected[i]) <= most, `value ${i}: ${value}, not ${expected[i]}`);
  });
}

for (const location of TINY_CASES) {
  Deno.test(`plain TypeScript equals the reference: ${location.name}`, async () => {
    const loaded = await loadCase(location);
    assertPieces(loaded);
    assertForecast(loaded);
  });
}

Deno.test({
  name: `plain TypeScript equals the reference: ${MINI_CASE.name} (needs ../shared)`,
  ignore: await miniCaseMissing(),
  fn: async () => assertPieces(await loadCase(MINI_CASE)),
});
