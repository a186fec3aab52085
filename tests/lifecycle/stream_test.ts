/** Streams over real sockets: clients that leave, stops, and proxies in between. */
import assert from "node:assert/strict";
import { allEvents, eventsOf } from "../contract/stream_events.ts";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { testWithTools } from "../test_with_tools.ts";
import { type Balancer, freePort } from "./balancer.ts";
import { phase, running, serviceTest, stopOf } from "./drained_service.ts";
import { HAProxy } from "./haproxy.ts";
import { Nginx } from "./nginx.ts";
import { RawConnection, rawRequest } from "./raw_connection.ts";

import { TinyModelFolder } from "./tiny_model_folder.ts";

const STREAM = "/v1/predict/stream";

/** A forecast of many chunks, which takes seconds with the tiny model. */
const slow = (): Record<string, unknown> =>
  predictRequest(48, 256, { fields: { overrides: { sample_count: 64 } } });

/** Requests that are on a replica now. */
async function runningNow(service: ServiceProcess): Promise<number> {
  const response = await service.get("/v1/healthz/detailed");
  return (await response.json()).checks.queue.running;
}

serviceTest(
  "a client that leaves a stream frees its slot, and is counted as gone",
  async (service) => {
    const leaving = new AbortController();
    const response = await service.post(STREAM, slow(), { signal: leaving.signal });
    for await (const { event } of eventsOf(response)) if (event === "candle") break;
    leaving.abort();
    while (await runningNow(service) > 0);
    const next = await service.post(STREAM, predictRequest(40, 4));
    assert.equal((await allEvents(next)).at(-1)?.event, "summary");
    service.kill("SIGTERM");
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 0);
    assert.deepEqual([receipt.accepted, receipt.gone, receipt.finished], [2, 1, 1]);
  },
  { KRONOS_LAME_DUCK_MS: "0" },
);

serviceTest("a client that leaves a backtest leaves nothing running", async (service) => {
  const { candles, timestamps } = predictRequest(300, 1);
  const leaving = new AbortController();
  const response = await service.post("/v1/backtest", {
    candles,
    timestamps,
    horizon: 64,
    windows: 20,
    step: 2,
    context: 48,
    overrides: { sample_count: 64 },
  }, { signal: leaving.signal, headers: { Accept: "application/x-ndjson" } });
  for await (const { event } of eventsOf(response)) if (event === "window") break;
  leaving.abort();
  while (await runningNow(service) > 0);
  service.kill("SIGTERM");
  const { code, receipt } = await stopOf(service);
  assert.deepEqual([code, receipt.accepted, receipt.gone], [0, 1, 1]);
}, { KRONOS_LAME_DUCK_MS: "0" });

serviceTest("a drain waits for a stream to its last event", async (service) => {
  const response = await service.post(STREAM, slow());
  let steps = 0;
  let last = "";
  for await (const { event } of eventsOf(response)) {
    if (event === "candle" && ++steps === 1) service.kill("SIGTERM");
    last = event;
  }
  assert.deepEqual([steps, last], [256, "summary"]);
  const { code, receipt } = await stopOf(service);
  assert.deepEqual([code, receipt.finished, receipt.aborted], [0, 1, 0]);
}, { KRONOS_LAME_DUCK_MS: "0" });

serviceTest(
  "a stream that outlasts the drain ends with an error event, never a cut",
  async (service) => {
    const response = await service.post(STREAM, slow());
    let type: string | null = null;
    for await (const { event, data } of eventsOf(response)) {
      if (event === "candle" && data.step === 1) service.kill("SIGTERM");
      if (event === "error") type = data.error.type;
    }
    assert.equal(type, "Draining");
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.aborted, receipt.finished], [1, 1, 0]);
  },
  { KRONOS_LAME_DUCK_MS: "0", KRONOS_DRAIN_TIMEOUT_MS: "300" },
);

serviceTest(
  "what follows on a stream's connection in the lame duck is answered and closes",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.send(rawRequest("POST", STREAM, slow()));
    await running(service, 1);
    service.kill("SIGTERM");
    await phase(service, "lame_duck");
    const stream = await client.response();
    assert.deepEqual([stream?.status, stream?.headers.get("connection")], [200, "keep-alive"]);
    const next = await client.ask("POST", "/v1/predict/single", predictRequest(40, 4));
    assert.deepEqual([next.status, next.headers.get("connection")], [200, "close"]);
    service.kill("SIGTERM"); // the rest of the lame duck has nothing to show
    await service.ended();
  },
  { KRONOS_LAME_DUCK_MS: "19000" },
);

/** The first candle must come while the forecast is made, and every event in the end. */
async function assertStreamed(service: ServiceProcess, through: Balancer): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${through.port()}${STREAM}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(slow()),
  });
  let steps = 0;
  let last = "";
  for await (const { event } of eventsOf(response)) {
    if (event === "candle" && ++steps === 1) {
      assert.equal(await runningNow(service), 1, "the last chunk is not computed yet");
    }
    last = event;
  }
  assert.deepEqual([steps, last], [256, "summary"]);
}

/** Real proxies before one instance; HAProxy's configuration has another, which takes nothing. */
const PROXIES: Readonly<Record<string, (port: number) => Promise<Balancer>>> = {
  nginx: (port) => Nginx.start([port]),
  haproxy: (port) => HAProxy.start([port, freePort()], [100, 0]),
};

for (const [program, start] of Object.entries(PROXIES)) {
  await testWithTools(`${program} passes a stream on while it is made`, [program], async () => {
    await using model = await TinyModelFolder.create();
    await using service = await ServiceProcess.ready(model.settings);
    await using proxy = await start(service.port);
    await assertStreamed(service, proxy);
  });
}
