/** The entry for Deno Deploy, as far as it can be tried outside: stable Deno, SIGINT, the end 5 s later. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";

Deno.test("Deno Deploy: forecasts on the main thread, and drains within 5 s of SIGINT", async () => {
  await using service = await ServiceProcess.ready({}, "deploy/deno_deploy.ts");
  const answer = await service.post("/v1/predict/single", predictRequest(64, 8));
  assert.equal(answer.status, 200, await answer.text());
  assert.equal(await service.stop("SIGINT"), 0);
  const receipt = service.lines.at(-1) as { event?: string; phases_ms?: Record<string, number> };
  assert.equal(receipt.event, "drain_receipt");
  assert.ok(receipt.phases_ms!.lame_duck >= 1000, "the platform's own lame duck");
});

Deno.test("Deno Deploy: the app's own variables come first", async () => {
  const environment = { HOST: "127.0.0.1", KRONOS_LAME_DUCK_MS: "0" };
  await using service = await ServiceProcess.ready(environment, "deploy/deno_deploy.ts");
  const { hostname } = await service.line((line) => line.message === "listening");
  assert.equal(hostname, "127.0.0.1");
  assert.equal(await service.stop("SIGINT"), 0);
});
