import assert from "node:assert/strict";
import { errorOf, SINGLE, type TestedApp } from "./tested_app.ts";

/** The constraints that a single body breaks, in the order of the answer; none where it is taken. */
export async function brokenRules(under: TestedApp, body: unknown): Promise<string[]> {
  const response = await under.post(SINGLE, body);
  if (response.status === 200) {
    await response.body?.cancel();
    return [];
  }
  const { details } = await errorOf(response, 422, "ValidationError");
  assert.ok(details?.issues);
  return details.issues.map(({ constraint }) => String(constraint));
}
