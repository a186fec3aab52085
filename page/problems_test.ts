import assert from "node:assert/strict";
import { candleRows } from "./candle_rows.ts";
import { problemsOf } from "./problems.ts";

const ROWS = candleRows(
  "date,open,high,low,close\n\n2024-01-01,1,3,1,2\n2024-01-02,1,3,1,x\n2024-01-02,1,3,1,2",
);

Deno.test("problemsOf() leads an index to the line of the row that was sent", () => {
  const problems = problemsOf([
    { message: "not a number", field: "candles.close", index: 1, value: "x" },
    { message: "not ascending", field: "timestamps", index: 2, value: "2024-01-02" },
    { message: "a gap", field: "candles", index: 0 },
  ], ROWS);
  assert.deepEqual(problems.map(({ row }) => row?.line), [3, 4, 5]);
  assert.deepEqual(problems.map(({ field }) => field), ["candles", "close", "timestamp"]);
  assert.deepEqual(problems.map(({ value }) => value), [null, "x", "2024-01-02"]);
});

Deno.test("problemsOf() puts what is of no row last, with its field", () => {
  const [first, last] = problemsOf([
    { message: "too many", field: "overrides.sample_count", value: 65 },
    { message: "not a number", field: "candles.open", index: 0 },
  ], ROWS);
  assert.equal(first.row?.line, 3);
  assert.deepEqual(last, {
    message: "too many",
    row: null,
    field: "overrides.sample_count",
    value: "65",
  });
  assert.deepEqual(
    problemsOf([{ message: "all", field: "candles", index: null }], ROWS)[0].row,
    null,
  );
  assert.deepEqual(problemsOf([], ROWS), []);
});
