/** What makes the service fast for everybody, seen from outside and without a clock: order, and shares. */
import assert from "node:assert/strict";
import { predictRequest } from "./candles.ts";
import { ServiceProcess } from "./service_process.ts";

const SINGLE = "/v1/predict/single";
const BATCH = "/v1/predict/batch";

/** Milliseconds by phase of a `Server-Timing` header. */
function serverTiming(response: Response): Readonly<Record<string, number>> {
  const header = response.headers.get("server-timing") ?? "";
  return Object.fromEntries(
    [...header.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, ms]) => [name, Number(ms)]),
  );
}

Deno.test("the service shares its replicas", async (t) => {
  await using service = await ServiceProcess.ready({ KRONOS_LAME_DUCK_MS: "0" });

  await t.step("a request beside a running batch of 64 is answered before it", async () => {
    const items = Array.from({ length: 64 }, (_, seed) => predictRequest(200, 64, { seed }));
    const order: string[] = [];
    const batch = service.post(BATCH, { items }).then(async (response) => {
      await response.body?.cancel();
      order.push(`batch ${response.status}`);
    });
    const isRunning = async (): Promise<boolean> => {
      const response = await service.get("/v1/healthz/detailed");
      return (await response.json()).checks.queue.running === 1;
    };
    while (!await isRunning());
    const single = await service.post(SINGLE, predictRequest(200, 16));
    await single.body?.cancel();
    order.push(`single ${single.status}`);
    await batch;
    assert.deepEqual(order, ["single 200", "batch 200"]);
  });

  await t.step("five at once are all answered", async () => {
    const requests = Array.from({ length: 5 }, (_, seed) => predictRequest(400, 48, { seed }));
    const answers = await Promise.all(requests.map((request) => service.post(SINGLE, request)));
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.equal((await answer.json()).prediction.length, 48);
    }
  });

  await t.step("Server-Timing tells the phases, which are parts of the total", async () => {
    const response = await service.post(SINGLE, predictRequest(400, 48));
    await response.body?.cancel();
    const { queue, tokenize, prefill, decode, total } = serverTiming(response);
    for (const ms of [tokenize, prefill, decode]) assert.ok(ms > 0);
    assert.ok(queue >= 0);
    assert.ok(queue + tokenize + prefill + decode <= total + 1, `${response.headers}`);
  });

  await t.step("SIGTERM ends it cleanly", async () => assert.equal(await service.stop(), 0));
});
