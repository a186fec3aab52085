import assert from "node:assert/strict";
import { UsageError } from "./arguments.ts";
import { readInstants } from "./instants.ts";

Deno.test("readInstants() takes one date for every market", async () => {
  const instants = await readInstants("2020-01-02T03:04", 7);
  assert.equal(instants("fx"), Date.UTC(2020, 0, 2, 3, 4));
  assert.equal((await readInstants(undefined, 7))("fx"), 7);
});

Deno.test("readInstants() takes a file of dates by market", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, `{"fx": "2020-01-02"}`);
    const instants = await readInstants(file, 7);
    assert.deepEqual([instants("fx"), instants("cn")], [Date.UTC(2020, 0, 2), 7]);
    await Deno.writeTextFile(file, `{"fx": 2020}`);
    await assert.rejects(() => readInstants(file, 7), UsageError);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("readInstants() refuses what is no date", async () => {
  await assert.rejects(() => readInstants("yesterday", 7), UsageError);
});
