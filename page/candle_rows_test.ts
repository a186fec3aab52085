import assert from "node:assert/strict";
import { candleRows, CandleRowsError } from "./candle_rows.ts";

const CELLS = { open: 1, high: 3, low: 1, close: 2, volume: 9 };

Deno.test("candleRows() reads commas, semicolons and tabs, in any order of columns", () => {
  for (const delimiter of [",", ";", "\t"]) {
    const rows = [["close", "Open", "HIGH", "low", "Volume", "Timestamp"], [
      ...["2", "1", "3", "1", "9", "2024-01-01T00:00:00"],
    ]];
    const text = rows.map((row) => row.join(delimiter)).join("\n");
    const [row] = candleRows(text);
    assert.deepEqual(row.cells, CELLS);
    assert.deepEqual([row.timestamp, row.line], ["2024-01-01T00:00:00", 2]);
  }
});

Deno.test("candleRows() keeps the line and the text of each row, over empty lines and a mark", () => {
  const text =
    "\ufefftime,open,high,low,close\r\n\r\n2024-01-01,1,3,1,2\r\n\r\n2024-01-02,1,3,1,2\r\n";
  const rows = candleRows(text);
  assert.deepEqual(rows.map(({ line }) => line), [3, 5]);
  assert.deepEqual(rows.map((row) => row.text), ["2024-01-01,1,3,1,2", "2024-01-02,1,3,1,2"]);
});

Deno.test("candleRows() reads epochs of any unit, and dates as terminals write them", () => {
  const stamps: readonly (readonly [string, string])[] = [
    ["1704067200", "2024-01-01T00:00:00"],
    ["1704067200000", "2024-01-01T00:00:00"],
    ["1704067200000000", "2024-01-01T00:00:00"],
    ["2024.01.01 10:00", "2024-01-01 10:00"],
    ["2024/01/01", "2024-01-01"],
    ["2024-01-01 00:00:00 UTC", "2024-01-01 00:00:00Z"],
  ];
  for (const [written, sent] of stamps) {
    const [row] = candleRows(`date,open,high,low,close\n${written},1,3,1,2`);
    assert.equal(row.timestamp, sent);
  }
});

Deno.test("candleRows() joins a date and a time of two columns", () => {
  const text = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n" +
    "2024.01.02\t03:00:00\t1\t3\t1\t2\t9";
  const [row] = candleRows(text);
  assert.equal(row.timestamp, "2024-01-02 03:00:00");
  assert.deepEqual(row.cells, CELLS);
});

Deno.test("candleRows() takes a file without a header as exchanges' archives have it", () => {
  const [row] = candleRows("1704067200000,1,3,1,2,9,1704070799999,18,4,5,6,0");
  assert.deepEqual(row.cells, CELLS);
  assert.equal(row.line, 1);
});

Deno.test("candleRows() turns a file round whose latest row comes first", () => {
  const text = "date,open,high,low,close\n2024-01-02,1,3,1,2\n2024-01-01,1,3,1,2";
  assert.deepEqual(candleRows(text).map(({ line }) => line), [3, 2]);
});

Deno.test("candleRows() leaves to the service what a cell is worth", () => {
  const [row] = candleRows('date,open,high,low,close,volume\nsoon,x,"1,234.5",,-2,');
  assert.deepEqual(row.cells, { open: "x", high: 1234.5, close: -2 });
  assert.equal(row.timestamp, "soon");
});

Deno.test("candleRows() says of a file without candles what it lacks, and where", () => {
  const wrong: readonly (readonly [string, number, RegExp])[] = [
    ["", 1, /no rows/],
    ["date,open,high,low,close\n", 1, /below the header/],
    ["\ndate,open,high,low,price\n2024-01-01,1,3,1,2", 2, /No column close; found date, open/],
    ["open,high,low,close\n1,3,1,2", 1, /No column timestamp/],
    ['date,open\n"2024', 2, /cannot be read as CSV/],
  ];
  for (const [text, line, message] of wrong) {
    assert.throws(() => candleRows(text), (error) => {
      assert.ok(error instanceof CandleRowsError);
      assert.match(error.message, message);
      assert.equal(error.line, line, text);
      return true;
    });
  }
});
