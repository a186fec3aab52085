/** What a signal does to connections in every state, over raw sockets and with a real process. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import { phase, running, serviceTest, stopOf } from "./drained_service.ts";
import { RawConnection, rawRequest, type RawResponse } from "./raw_connection.ts";

const SINGLE = "/v1/predict/single";

/** A forecast that is done at once. */
const quick = (): Record<string, unknown> => predictRequest(40, 4);

/** Paths of a forecast that takes seconds with the tiny model. */
const SLOW_PATHS = 64;

/** A forecast that takes seconds, or a share of it. */
const slow = (paths = SLOW_PATHS): Record<string, unknown> =>
  predictRequest(48, 512, { fields: { overrides: { sample_count: paths } } });

function assertAnsweredAndClosing(response: RawResponse | null): void {
  assert.equal(response?.status, 200, response?.body ?? "no answer");
  assert.equal(response.headers.get("connection"), "close");
}

serviceTest(
  "lame duck: not ready, alive, and everything is answered and closes",
  async (service) => {
    using idle = await RawConnection.to(service.port);
    assert.equal((await idle.ask("GET", "/v1/healthz")).headers.get("connection"), "keep-alive");
    service.kill("SIGTERM");
    await phase(service, "lame_duck");
    assertAnsweredAndClosing(await idle.ask("POST", SINGLE, quick()));
    assert.equal(await idle.rest(), "");
    using fresh = await RawConnection.to(service.port);
    assertAnsweredAndClosing(await fresh.ask("POST", SINGLE, quick()));
    using probe = await RawConnection.to(service.port);
    const ready = await probe.ask("GET", "/v1/readyz");
    assert.deepEqual([ready.status, JSON.parse(ready.body).status], [503, "draining"]);
    using alive = await RawConnection.to(service.port);
    assertAnsweredAndClosing(await alive.ask("GET", "/v1/healthz"));
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 0);
    assert.equal(receipt.signal, "SIGTERM");
    const { accepted, finished, refused, aborted } = receipt.since_signal;
    assert.deepEqual([accepted, finished, refused, aborted], [2, 2, 0, 0]);
    assert.ok(receipt.phases_ms.lame_duck >= 1500, JSON.stringify(receipt));
  },
);

serviceTest("request bytes in the socket buffer at the signal are answered", async (service) => {
  using waiting = await RawConnection.to(service.port);
  await waiting.ask("GET", "/v1/healthz");
  service.kill("SIGSTOP");
  await waiting.send(rawRequest("POST", SINGLE, quick()));
  service.kill("SIGTERM");
  service.kill("SIGCONT");
  assertAnsweredAndClosing(await waiting.response());
  assert.equal((await stopOf(service)).code, 0);
}, { KRONOS_LAME_DUCK_MS: "0" });

serviceTest(
  "half a head at the signal is served if the rest comes in the lame duck",
  async (service) => {
    const request = rawRequest("POST", SINGLE, quick());
    using inTime = await RawConnection.to(service.port);
    using never = await RawConnection.to(service.port);
    await inTime.send(request.slice(0, 30));
    await never.send(request.slice(0, 30));
    service.kill("SIGTERM");
    await phase(service, "lame_duck");
    await inTime.send(request.slice(30));
    assertAnsweredAndClosing(await inTime.response());
    assert.equal((await stopOf(service)).code, 0);
    await never.rest();
  },
);

serviceTest(
  "half a body at the signal is served if the rest comes in the drain",
  async (service) => {
    const request = rawRequest("POST", SINGLE, quick());
    using client = await RawConnection.to(service.port);
    await client.send(request.slice(0, -100));
    service.kill("SIGTERM");
    await phase(service, "drain");
    await client.send(request.slice(-100));
    assertAnsweredAndClosing(await client.response());
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.since_signal.finished], [0, 1]);
  },
);

serviceTest("half a body that stays half is answered 503 and closed", async (service) => {
  using client = await RawConnection.to(service.port);
  await client.send(rawRequest("POST", SINGLE, quick()).slice(0, -100));
  service.kill("SIGTERM");
  const response = await client.response();
  assert.equal(response?.status, 503);
  assert.equal(JSON.parse(response.body).error.type, "Draining");
  assert.equal(response.headers.get("connection"), "close");
  const { code, receipt } = await stopOf(service);
  assert.equal(code, 0);
  assert.deepEqual([receipt.accepted, receipt.refused], [0, 1]);
}, { KRONOS_LAME_DUCK_MS: "0", KRONOS_DRAIN_TIMEOUT_MS: "1000" });

serviceTest("a body that stalls is cut by its own time limit, 408", async (service) => {
  using client = await RawConnection.to(service.port);
  await client.send(rawRequest("POST", SINGLE, quick()).slice(0, -100));
  const response = await client.response();
  assert.equal(response?.status, 408);
  assert.equal(JSON.parse(response.body).error.type, "RequestTimeout");
  assert.equal(await client.rest(), "");
  const { error: { request_id } } = JSON.parse(response.body);
  const line = await service.line((line) => line.request_id === request_id);
  assert.deepEqual([line.status, line.error_type], [408, "RequestTimeout"]);
  const page = await (await service.get("/v1/metrics")).text();
  assert.match(page, /^kronos_errors_total\{type="RequestTimeout",cause=""\} 1$/m);
  assert.equal(await service.stop(), 0);
}, { KRONOS_HEAD_TIMEOUT: "1", KRONOS_BODY_TIMEOUT: "1", KRONOS_LAME_DUCK_MS: "0" });

serviceTest(
  "pipelined: the first is answered and closes, the second may be left unread",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.ask("GET", "/v1/healthz");
    service.kill("SIGSTOP");
    await client.send(rawRequest("POST", SINGLE, quick()) + rawRequest("POST", SINGLE, quick()));
    service.kill("SIGTERM");
    service.kill("SIGCONT");
    const first = await client.response();
    assert.equal(first?.status, 200);
    // Both were begun where both were read before the signal: then the second closes.
    if (first.headers.get("connection") !== "close") {
      assertAnsweredAndClosing(await client.response());
    }
    assert.equal(await client.rest(), "");
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 0);
    assert.equal(receipt.accepted, receipt.finished);
  },
);

serviceTest(
  "pipelined, sent together in the lame duck: only the first is begun",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.ask("GET", "/v1/healthz");
    service.kill("SIGTERM");
    await phase(service, "lame_duck");
    await client.send(rawRequest("POST", SINGLE, quick()) + rawRequest("POST", SINGLE, quick()));
    assertAnsweredAndClosing(await client.response());
    assert.equal(await client.rest(), "");
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.accepted, receipt.finished], [0, 1, 1]);
  },
);

serviceTest(
  "pipelined, begun before the signal: all are answered, the last closes",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.send(rawRequest("POST", SINGLE, slow()) + rawRequest("POST", SINGLE, quick()));
    while (
      !(await (await service.get("/v1/metrics")).text()).includes("kronos_concurrent_requests 2")
    );
    service.kill("SIGTERM");
    assert.equal((await client.response())?.status, 200);
    assertAnsweredAndClosing(await client.response());
    const { code, receipt } = await stopOf(service);
    assert.deepEqual([code, receipt.finished], [0, 2]);
  },
);

serviceTest(
  "pipelined, and the client leaves: neither runs on, and none is lost",
  async (service) => {
    {
      using client = await RawConnection.to(service.port);
      await client.send(rawRequest("POST", SINGLE, slow()) + rawRequest("POST", SINGLE, slow()));
      await running(service, 2);
    }
    const open = async (): Promise<number> =>
      (await (await service.get("/v1/healthz/detailed")).json()).checks.queue.running;
    while (await open() > 0);
    service.kill("SIGTERM");
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 0);
    assert.deepEqual([receipt.accepted, receipt.gone, receipt.finished], [2, 2, 0]);
  },
  { KRONOS_LAME_DUCK_MS: "0" },
);

serviceTest(
  "the drain waits for what runs, and refuses what comes with 503 and Retry-After",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.send(rawRequest("POST", SINGLE, slow()));
    await running(service, 1);
    service.kill("SIGTERM");
    await phase(service, "drain");
    using late = await RawConnection.to(service.port);
    const refused = await late.ask("POST", SINGLE, quick());
    assert.equal(refused.status, 503);
    assert.equal(JSON.parse(refused.body).error.type, "Draining");
    assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    assertAnsweredAndClosing(await client.response());
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 0);
    assert.deepEqual([receipt.finished, receipt.refused, receipt.aborted], [1, 1, 0]);
    assert.ok(receipt.slowest_request_id !== null && receipt.slowest_ms > 0);
  },
  { KRONOS_LAME_DUCK_MS: "0" },
);

serviceTest(
  "what outlasts the drain is answered 503, counted as aborted, and the exit code is 1",
  async (service) => {
    using client = await RawConnection.to(service.port);
    await client.send(rawRequest("POST", SINGLE, slow()));
    await running(service, 1);
    service.kill("SIGTERM");
    const response = await client.response();
    assert.equal(response?.status, 503);
    assert.equal(JSON.parse(response.body).error.type, "Draining");
    const { code, receipt } = await stopOf(service);
    assert.equal(code, 1);
    assert.deepEqual([receipt.accepted, receipt.aborted, receipt.finished], [1, 1, 0]);
  },
  { KRONOS_LAME_DUCK_MS: "0", KRONOS_DRAIN_TIMEOUT_MS: "300" },
);

const DRAIN_MS = 12_000;

serviceTest(
  "full queue: what fits the budget is answered, the rest is refused at once",
  async (service) => {
    const begun = performance.now();
    await (await service.post(SINGLE, slow())).body?.cancel();
    // Each an eighth of the drain or so, all of them several drains, however fast the machine is.
    const share = Math.min(1, DRAIN_MS / 8 / (performance.now() - begun));
    const paths = Math.ceil(share * SLOW_PATHS);
    const count = 48;
    const answers: number[] = [];
    const waiting = Array.from({ length: count }, async () => {
      using client = await RawConnection.to(service.port);
      const { status } = await client.ask("POST", SINGLE, slow(paths));
      answers.push(status);
    });
    const admitted = async (): Promise<number> => {
      const { queue } = (await (await service.get("/v1/healthz/detailed")).json()).checks;
      return queue.waiting + queue.running;
    };
    while (await admitted() < count);
    service.kill("SIGTERM");
    await Promise.all(waiting);
    const { receipt } = await stopOf(service);
    const { finished, refused, aborted } = receipt.since_signal;
    assert.equal(finished + refused + aborted, count);
    assert.ok(finished >= 1 && refused >= 1, JSON.stringify(receipt));
    assert.equal(answers.filter((status) => status === 200).length, finished);
    assert.equal(answers.findIndex((status) => status === 200) >= refused, true, `${answers}`);
  },
  {
    KRONOS_LAME_DUCK_MS: "0",
    KRONOS_DRAIN_TIMEOUT_MS: String(DRAIN_MS),
    KRONOS_REQUEST_TIMEOUT: "600",
    KRONOS_INFERENCE_TIMEOUT: "600",
  },
);
