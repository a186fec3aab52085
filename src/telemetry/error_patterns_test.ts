import assert from "node:assert/strict";
import { ErrorPatterns } from "./error_patterns.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";

Deno.test("ErrorPatterns counts by type and cause, and sums up once, the most frequent first", async () => {
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const patterns = new ErrorPatterns(
    createLog("INFO", (line) => lines.push(JSON.parse(line))),
    metrics,
  );
  patterns.summarize();
  assert.deepEqual(lines, [], "no line without an error");
  patterns.count("ValidationError", "", false, "a");
  patterns.summarize();
  patterns.count("ValidationError", "", false, "b");
  for (const id of ["c", "d"]) patterns.count("InferenceFailed", "hung", true, id);
  patterns.summarize();
  patterns.summarize();
  const seen = lines.map(({ level, total, errors, last_request_id }) => [
    level,
    total,
    Object.entries(errors as Record<string, number>),
    last_request_id,
  ]);
  assert.deepEqual(seen, [
    ["INFO", 1, [["ValidationError", 1]], "a"],
    ["WARN", 3, [["InferenceFailed/hung", 2], ["ValidationError", 1]], "d"],
  ]);
  const page = await metrics.page();
  assert.match(page, /kronos_errors_total\{type="ValidationError",cause=""\} 2/);
  assert.match(page, /kronos_errors_total\{type="InferenceFailed",cause="hung"\} 2/);
});
