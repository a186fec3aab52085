import assert from "node:assert/strict";
import { CandleFileError, parseCandleCsv } from "./candle_csv.ts";

const HEADER = "timestamp,open,high,low,close,volume,amount\n";

Deno.test("parseCandleCsv() takes the header in any order and derives what is absent", () => {
  const { candles, timestamps } = parseCandleCsv(
    "Close,volume,low,high,open,timestamp\n2,10,1,3,2,2024-01-01T00:00:00\n2.5,,2,3,2,2024-01-01 01:00\n",
  );
  assert.deepEqual([...candles], [2, 3, 1, 2, 10, 20, 2, 3, 2, 2.5, 0, 0]);
  assert.deepEqual(timestamps.map(({ wall }) => wall.hour), [0, 1]);
});

Deno.test("parseCandleCsv() reads epochs in seconds and in milliseconds", () => {
  for (const stamp of ["1704067200", "1704067200000"]) {
    const { timestamps } = parseCandleCsv(`${HEADER}${stamp},1,1,1,1,0,0\n`);
    assert.equal(timestamps[0].text, "2024-01-01T00:00:00");
  }
});

const BAD: [name: string, text: string, message: RegExp][] = [
  ["no rows", HEADER, /no rows/],
  ["a missing column", "timestamp,open\n2024-01-01,1\n", /no high, low, close/],
  ["a bad time", `${HEADER}yesterday,1,1,1,1,0,0\n`, /line 2: timestamp is "yesterday"/],
  ["a bad number", `${HEADER}2024-01-01,1,x,1,1,0,0\n`, /line 2: high is "x", not a number/],
  ["a price of 0", `${HEADER}2024-01-01,0,1,1,1,0,0\n`, /line 2: open is "0", not above 0/],
  ["volume below 0", `${HEADER}2024-01-01,1,1,1,1,-1,0\n`, /line 2: volume is "-1", below 0/],
  ["a high below", `${HEADER}2024-01-01,2,1,1,1,0,0\n`, /line 2: high is "1", below open/],
  ["a low above", `${HEADER}2024-01-01,2,3,2.5,2,0,0\n`, /line 2: low is "2.5", above open/],
  [
    "a step back in time",
    `${HEADER}2024-01-02,1,1,1,1,0,0\n\n2024-01-01,1,1,1,1,0,0\n`,
    /line 4: timestamp is "2024-01-01", not after 2024-01-02/,
  ],
  ["a ragged row", `${HEADER}2024-01-01,1,1\n`, /Cannot read the file as CSV/],
];

for (const [name, text, message] of BAD) {
  Deno.test(`parseCandleCsv() throws CandleFileError for ${name}, naming the line`, () => {
    assert.throws(
      () => parseCandleCsv(text),
      (error) => error instanceof CandleFileError && message.test(error.message),
    );
  });
}
