import assert from "node:assert/strict";
import { shownValue } from "./shown_value.ts";

Deno.test("shownValue() hides values of variables that are secrets by their name", () => {
  for (const variable of ["KRONOS_API_KEY", "KRONOS_API_KEYS", "HF_TOKEN", "KRONOS_DB_PASSWORD"]) {
    assert.equal(shownValue(variable, "abc"), "***", variable);
  }
});

Deno.test("shownValue() shows what only sounds like a secret", () => {
  assert.equal(shownValue("KRONOS_API_KEYS_FILE", "keys.json"), "keys.json");
  assert.equal(shownValue("KRONOS_QUEUE_TOKENS", 5), "5");
  assert.equal(shownValue("KRONOS_ENABLE_METRICS", false), "false");
});

Deno.test("shownValue() hides the credentials of an address", () => {
  assert.equal(
    shownValue("KRONOS_OTLP_ENDPOINT", "https://me:pass@host:4318/v1"),
    "https://***@host:4318/v1",
  );
});

Deno.test("shownValue() of what is not set is empty, secret or not", () => {
  assert.equal(shownValue("KRONOS_MAX_CONTEXT", null), "");
  assert.equal(shownValue("KRONOS_API_KEY", ""), "");
});
