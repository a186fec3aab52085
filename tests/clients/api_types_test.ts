/** The client's types are those of the document that is served. */
import assert from "node:assert/strict";
import { CLIENT_TYPES_FILE, clientTypes } from "../../tools/client_types.ts";

Deno.test("the client's types are made from the document as it is: deno task client:types", async () => {
  assert.equal(await Deno.readTextFile(CLIENT_TYPES_FILE), await clientTypes());
});
