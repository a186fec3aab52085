import assert from "node:assert/strict";
import fc from "fast-check";
import type { EvaluationSeries } from "./evaluation_series.ts";
import { marketOf } from "./evaluation_series.ts";
import { spreadWindows } from "./spread_windows.ts";

/** Candles that nobody looks at, an hour apart. */
function seriesOf(id: string, length: number): EvaluationSeries {
  return {
    id,
    file: "fx-1h",
    market: "fx",
    candles: new Float64Array(length * 6),
    times: Float64Array.from({ length }, (_, i) => i * 3_600_000),
  };
}

const everything = { context: 10, horizon: 5, from: -Infinity, to: Infinity };

Deno.test("spreadWindows() keeps context, horizon and the time asked for inside", () => {
  const hours = fc.integer({ min: 0, max: 200 });
  fc.assert(
    fc.property(
      fc.array(hours, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      hours,
      hours,
      (lengths, count, fromHour, hoursMore) => {
        const series = lengths.map((length, i) => seriesOf(`fx.${i}`, length));
        const [from, to] = [fromHour * 3_600_000, (fromHour + hoursMore) * 3_600_000];
        const windows = spreadWindows(series, { ...everything, count, from, to });
        assert.ok(windows.length <= count);
        const places = new Set(windows.map(({ series, start }) => `${series.id} ${start}`));
        assert.equal(places.size, windows.length, "a window is there once");
        for (const { series: { times }, start } of windows) {
          assert.ok(start >= 10 && start + 5 <= times.length);
          assert.ok(times[start] >= from && times[start + 4] < to);
        }
      },
    ),
  );
});

Deno.test("spreadWindows() takes as many of each series, at even distances", () => {
  const series = ["a", "b", "c"].map((id) => seriesOf(id, 1014));
  const windows = spreadWindows(series, { ...everything, count: 30 });
  for (const one of series) {
    const starts = windows.filter((window) => window.series === one).map(({ start }) => start);
    assert.equal(starts.length, 10);
    starts.slice(1).forEach((start, i) => assert.ok(Math.abs(start - starts[i] - 100) <= 1));
  }
  const [first, second] = [windows[0].start, windows[10].start];
  assert.notEqual(first, second);
});

Deno.test("spreadWindows() of fewer windows than series skips series evenly", () => {
  const series = Array.from({ length: 100 }, (_, i) => seriesOf(String(i).padStart(2, "0"), 100));
  const ids = spreadWindows(series, { ...everything, count: 4 }).map((window) => window.series.id);
  assert.deepEqual(ids, ["24", "49", "74", "99"]);
});

Deno.test("marketOf() is the name before the last hyphen", () => {
  assert.equal(marketOf("fx-recent-15m"), "fx-recent");
  assert.equal(marketOf("gold"), "gold");
});
