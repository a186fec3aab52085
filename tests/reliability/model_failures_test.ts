/** A model that fails while it serves: faults in the real runtime, in the real process. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { FAILING_LENGTHS, faultyModel } from "./faulty_encoder.ts";

const SINGLE = "/v1/predict/single";

/** A service whose model fails on certain lengths. */
async function withFaultyService(
  settings: Readonly<Record<string, string>>,
  use: (service: ServiceProcess) => Promise<void>,
): Promise<void> {
  await using model = await faultyModel();
  await using service = await ServiceProcess.ready({ ...model.settings, ...settings });
  await use(service);
}

/** Status and error type of one prediction; the type is empty for a forecast. */
async function ask(service: ServiceProcess, candles: number): Promise<[number, string]> {
  const response = await service.post(SINGLE, predictRequest(candles, 4));
  const { error } = await response.json();
  return [response.status, error?.type ?? ""];
}

async function modelCheck(service: ServiceProcess): Promise<Record<string, unknown>> {
  return (await (await service.get("/v1/healthz/detailed")).json()).checks.model;
}

async function metricLines(service: ServiceProcess): Promise<string[]> {
  return (await (await service.get("/v1/metrics")).text()).split("\n");
}

Deno.test("a replica that hangs is given up and replaced; the other serves meanwhile", () =>
  withFaultyService({ KRONOS_WORKERS: "2", KRONOS_RUN_TIMEOUT: "4" }, async (service) => {
    const hung = ask(service, FAILING_LENGTHS.hangs);
    assert.deepEqual(await ask(service, 20), [200, ""], "while the other hangs");
    assert.deepEqual(await hung, [500, "InferenceFailed"]);
    const lost = await service.line(({ message }) =>
      message === "a replica is lost and will be replaced"
    );
    assert.equal(lost.cause, "hung");
    assert.deepEqual(await ask(service, 20), [200, ""]);
    await service.line(({ message }) => message === "a replica is replaced");
    const { status, replicas_serving, replicas_total } = await modelCheck(service);
    assert.deepEqual([status, replicas_serving, replicas_total], ["healthy", 2, 2]);
    const lines = await metricLines(service);
    for (
      const line of [
        'kronos_errors_total{type="InferenceFailed",cause="hung"} 1',
        'kronos_replicas_lost_total{cause="hung"} 1',
        "kronos_worker_restarts_total 1",
      ]
    ) assert.ok(lines.includes(line), line);
  }));

Deno.test("a replica without memory is replaced and the series tried again, in vain where it needs too much", () =>
  withFaultyService({
    KRONOS_RETRY_BASE_MS: "1",
    KRONOS_RELOAD_BASE_MS: "1",
  }, async (service) => {
    assert.deepEqual(await ask(service, FAILING_LENGTHS.exhaustsMemory), [500, "InferenceFailed"]);
    assert.deepEqual(await ask(service, 20), [200, ""]);
    const lines = await metricLines(service);
    for (
      const line of [
        'kronos_retries_total{cause="out_of_memory"} 2',
        'kronos_replicas_lost_total{cause="out_of_memory"} 3',
        'kronos_errors_total{type="InferenceFailed",cause="out_of_memory"} 1',
      ]
    ) assert.ok(lines.includes(line), line);
  }));

Deno.test("a model that throws opens the circuit; after the cooldown one request closes it", () =>
  withFaultyService({
    KRONOS_CIRCUIT_MIN_REQUESTS: "3",
    KRONOS_CIRCUIT_COOLDOWN: "3",
  }, async (service) => {
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await ask(service, FAILING_LENGTHS.throws), [500, "InferenceFailed"]);
    }
    const refused = await service.post(SINGLE, predictRequest(20, 4));
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^[123]$/);
    assert.equal((await refused.json()).error.type, "CircuitOpen");
    const ready = await service.get("/v1/readyz");
    assert.equal(ready.status, 503);
    assert.equal((await ready.json()).status, "circuit_open");
    assert.equal((await modelCheck(service)).circuit, "open");
    // Ready again as soon as a request would be let through.
    while ((await (await service.get("/v1/readyz")).json()).status === "circuit_open");
    assert.deepEqual(await ask(service, 20), [200, ""]);
    assert.equal((await modelCheck(service)).circuit, "closed");
    assert.ok((await metricLines(service)).includes('kronos_circuit_state{state="closed"} 1'));
    assert.equal(await service.stop("SIGINT"), 0);
    const summary = service.lines.find(({ message }) => message === "errors of the last minute");
    assert.deepEqual(summary?.errors, { "InferenceFailed/threw": 3, CircuitOpen: 1 });
  }));
