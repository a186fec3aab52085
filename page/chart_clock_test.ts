import assert from "node:assert/strict";
import { ChartClock } from "./chart_clock.ts";

const at = (iso: string): number => Date.parse(iso) / 1000;

Deno.test("ChartClock shows a wall clock without a zone as it is", () => {
  assert.equal(new ChartClock().time("2024-03-01 09:30"), at("2024-03-01T09:30:00Z"));
  assert.equal(new ChartClock().time("2024-03-01"), at("2024-03-01T00:00:00Z"));
});

Deno.test("ChartClock shows the wall clock of a zone, and goes on when clocks are put back", () => {
  const clock = new ChartClock();
  assert.equal(clock.time("2024-10-27T02:30:00+02:00"), at("2024-10-27T02:30:00Z"));
  assert.equal(clock.time("2024-10-27T02:30:00+01:00"), at("2024-10-27T03:30:00Z"));
});

Deno.test("ChartClock has no place for what is no time stamp", () => {
  assert.equal(new ChartClock().time("soon"), null);
});
