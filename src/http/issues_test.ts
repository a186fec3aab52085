import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { describeIssues, fromZod, locate } from "./issues.ts";

Deno.test("locate() keeps the index of items and takes out the one below", () => {
  const cases: [path: (string | number)[], field: string, index?: number][] = [
    [["timestamps", 42], "timestamps", 42],
    [["candles", 7, "low"], "candles.low", 7],
    [["items", 3, "candles", 7, "low"], "items[3].candles.low", 7],
    [["items", 0, "series_id"], "items[0].series_id"],
    [["items", 5], "items[5]"],
    [["overrides", "top_k"], "overrides.top_k"],
    [[], ""],
  ];
  for (const [path, field, index] of cases) {
    assert.deepEqual(locate(path), index === undefined ? { field } : { field, index });
  }
});

Deno.test("describeIssues() tells a whole before its parts and keeps the order of equals", () => {
  const problem = (path: (string | number)[], constraint: string) => ({
    path,
    constraint,
    message: "is odd",
  });
  const document = { b: [1, 2], a: 5 };
  const told = describeIssues(document, [
    problem(["missing"], "first"),
    problem(["a", "below"], "of a number"),
    problem(["b", 1], "part"),
    problem(["b"], "whole"),
    problem(["b", 0], "earlier part"),
    problem(["missing"], "second"),
  ], 50);
  assert.deepEqual(told.map(({ constraint }) => constraint), [
    "whole",
    "earlier part",
    "part",
    "of a number",
    "first",
    "second",
  ]);
  assert.deepEqual(told[1], {
    message: "b at index 0 is odd",
    field: "b",
    index: 0,
    value: 1,
    constraint: "earlier part",
  });
});

Deno.test("fromZod() never repeats the words of the library", () => {
  const odd = z.object({
    a: z.string().regex(/^x/),
    b: z.date(),
    c: z.string().min(3),
    d: z.number().lt(1),
  })
    .safeParse({ a: "y", b: 1, c: "z", d: 1 }, { reportInput: true });
  assert.ok(!odd.success);
  assert.deepEqual(odd.error.issues.map((issue) => fromZod(["top"], issue)), [
    { path: ["top", "a"], message: "is not valid", constraint: "invalid_format" },
    { path: ["top", "b"], message: "must be date", constraint: "date" },
    { path: ["top", "c"], message: "must be at least 3 characters long", constraint: "min" },
    { path: ["top", "d"], message: "must be less than 1", constraint: "max" },
  ]);
});
