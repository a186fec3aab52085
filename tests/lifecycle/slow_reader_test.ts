/** Clients that take their time to read a large answer, or never read it. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import type { LogLine, ServiceProcess } from "../integration/service_process.ts";
import { phase, running, serviceTest, stopOf } from "./drained_service.ts";
import { RawConnection, rawRequest } from "./raw_connection.ts";

const MANY_PATHS = { KRONOS_MAX_SAMPLE_COUNT: "128" };

const SINGLE = "/v1/predict/single";

/** Every path of a long forecast: more megabytes than the buffers of a connection hold. */
const MUCH = predictRequest(48, 512, {
  fields: { include_samples: true, overrides: { sample_count: 128 } },
});

/** Asks for much; resolves when it is computed and written as far as it goes. */
async function askForMuch(
  service: ServiceProcess,
  path: string = SINGLE,
  body: unknown = MUCH,
): Promise<RawConnection> {
  const client = await RawConnection.to(service.port);
  await client.send(rawRequest("POST", path, body));
  await service.line((line) => line.message === "request" && line.route === path);
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

serviceTest("a client that leaves within a large answer has gone", async (service) => {
  const client = await askForMuch(service);
  client[Symbol.dispose]();
  service.kill("SIGTERM");
  const { code, receipt } = await stopOf(service);
  assert.deepEqual([code, receipt.finished, receipt.gone], [0, 0, 1]);
}, { ...MANY_PATHS, KRONOS_LAME_DUCK_MS: "0" });

const SOON_CUT = { ...MANY_PATHS, KRONOS_LAME_DUCK_MS: "0", KRONOS_WRITE_TIMEOUT: "0.5" };

/** The line of the log that says that an answer was cut. */
function cut(service: ServiceProcess, route: string): Promise<LogLine> {
  return service.line((line) => line.message === "an answer was not read" && line.route === route);
}

const UNREAD: Readonly<Record<string, unknown>> = {
  [SINGLE]: MUCH,
  "/v1/predict/batch": { items: [MUCH] },
  "/v1/predict/stream": MUCH,
};

serviceTest(
  "answers that are not read are cut after the write timeout, and their clients have gone",
  async (service) => {
    const asked = Object.entries(UNREAD).map(([path, body]) => askForMuch(service, path, body));
    const clients = await Promise.all(asked);
    for (const route of Object.keys(UNREAD)) {
      const request = await service.line((line) => line.route === route);
      const { level, request_id } = await cut(service, route);
      assert.deepEqual([level, request_id], ["WARN", request.request_id]);
    }
    for (const client of clients) {
      await assert.rejects(client.response(), /The connection ended/);
      client[Symbol.dispose]();
    }
    const other = await service.post(SINGLE, predictRequest(40, 4));
    assert.equal(other.status, 200);
    await other.json();
    const metrics = await (await service.get("/v1/metrics")).text();
    for (const route of Object.keys(UNREAD)) {
      assert.ok(metrics.includes(`kronos_unread_answers_total{route="${route}"} 1\n`), route);
    }
    service.kill("SIGTERM");
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.finished, receipt.gone, receipt.aborted], [0, 1, 3, 0]);
  },
  SOON_CUT,
);

serviceTest(
  "what is pipelined behind an answer that is not read leaves its slot when that is cut",
  async (service) => {
    using client = await askForMuch(service);
    await client.send(rawRequest("POST", "/v1/predict/stream", MUCH));
    await running(service, 1);
    await cut(service, SINGLE);
    const { status } = await service.line((line) => line.route === "/v1/predict/stream");
    assert.equal(status, 499);
    service.kill("SIGTERM");
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.accepted, receipt.gone], [0, 2, 2]);
  },
  SOON_CUT,
);
