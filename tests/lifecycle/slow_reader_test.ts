/** Clients that take their time to read a large answer while the service stops. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import type { ServiceProcess } from "../integration/service_process.ts";
import { phase, serviceTest, stopOf } from "./drained_service.ts";
import { RawConnection, rawRequest } from "./raw_connection.ts";

const MANY_PATHS = { KRONOS_MAX_SAMPLE_COUNT: "128" };

/** Asks for more megabytes than the buffers of a connection hold: every path of a long forecast. */
async function askForMuch(service: ServiceProcess): Promise<RawConnection> {
  const request = predictRequest(48, 512, {
    fields: { include_samples: true, overrides: { sample_count: 128 } },
  });
  const client = await RawConnection.to(service.port);
  await client.send(rawRequest("POST", "/v1/predict/single", request));
  await service.line((line) => line.message === "request" && line.method === "POST");
  return client;
}

serviceTest("a slow reader of a large answer gets every byte within the drain", async (service) => {
  using client = await askForMuch(service);
  service.kill("SIGTERM");
  await phase(service, "drain");
  const response = await client.response();
  assert.equal(response?.status, 200);
  assert.equal(JSON.parse(response.body).samples.length, 128);
  const { code, receipt } = await stopOf(service);
  assert.deepEqual([code, receipt.finished], [0, 1]);
}, MANY_PATHS);

serviceTest(
  "a reader that never reads is cut at the end, and counted as aborted",
  async (service) => {
    using client = await askForMuch(service);
    service.kill("SIGTERM");
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 1);
    assert.deepEqual([receipt.accepted, receipt.finished, receipt.aborted], [1, 0, 1]);
    await assert.rejects(client.response(), /The connection ended/);
  },
  { ...MANY_PATHS, KRONOS_LAME_DUCK_MS: "0", KRONOS_DRAIN_TIMEOUT_MS: "1000" },
);
