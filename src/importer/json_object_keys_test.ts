import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonObjectKeys } from "./json_object_keys.ts";

Deno.test("jsonObjectKeys() gives the keys of any object, however it is spaced", () => {
  const key = fc.string().filter((name) => !/^(?:0|[1-9]\d*)$/.test(name) && name !== "__proto__");
  fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), fc.nat(3), (object, spaces) => {
    assert.deepEqual(jsonObjectKeys(JSON.stringify(object, null, spaces)), Object.keys(object));
  }));
});

Deno.test("jsonObjectKeys() repeats what is repeated and leaves inner keys out", () => {
  const text = String.raw`{ "a" : "x: {\"", "b":[{"c":1}], "\u0061":{"d":"}"} }`;
  assert.deepEqual(jsonObjectKeys(text), ["a", "b", "a"]);
});
