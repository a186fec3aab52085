/** Faults of a real service, and the alerts that a real Prometheus fires for them. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { freePort } from "../lifecycle/balancer.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { FAILING_LENGTHS, faultyModel } from "../reliability/faulty_encoder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { PrometheusProcess } from "./prometheus_process.ts";
import { SteadyRequests } from "./steady_requests.ts";

const SINGLE = "/v1/predict/single";

/** Sends a prediction and reads its answer, whatever that is. */
async function ask(
  service: ServiceProcess,
  candles: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await service.post(SINGLE, predictRequest(candles, 4), { headers });
  await response.body?.cancel();
  return response.status;
}

await testWithTools(
  "a service that is stopped fires KronosDown, one without its model KronosNotReady, a sound one nothing",
  ["prometheus"],
  async () => {
    await using model = await TinyModelFolder.create();
    await using sound = await ServiceProcess.ready(model.settings);
    await using stopped = await ServiceProcess.ready(model.settings);
    await using missing = await ServiceProcess.start({ KRONOS_MODEL_PATH: `${model.path}/none` });
    await using prometheus = await PrometheusProcess.start({
      sound: sound.port,
      stopped: stopped.port,
      missing: missing.port,
    });
    await stopped.stop("SIGINT");
    const { annotations } = await prometheus.fires("KronosDown", "stopped");
    assert.match(annotations.description, /^stopped has not answered/);
    assert.equal(
      annotations.runbook_url,
      "https://runbook.test/docs/runbook/service.md#kronosdown",
    );
    await prometheus.fires("KronosNotReady", "missing");
    await ask(sound, 20);
    assert.deepEqual(await prometheus.firing("sound"), []);
  },
);

await testWithTools(
  "a model that throws fires KronosCircuitOpen and both error budgets",
  ["prometheus"],
  async () => {
    await using model = await faultyModel();
    await using service = await ServiceProcess.ready({
      ...model.settings,
      KRONOS_CIRCUIT_MIN_REQUESTS: "3",
      KRONOS_CIRCUIT_COOLDOWN: "1",
    });
    await using prometheus = await PrometheusProcess.start({ broken: service.port });
    await using _load = new SteadyRequests(100, async () => {
      assert.ok(await ask(service, FAILING_LENGTHS.throws) >= 500);
    });
    await prometheus.fires("KronosCircuitOpen", "broken");
    const fast = await prometheus.fires("KronosErrorBudgetFast");
    assert.match(fast.annotations.description, /^100% of the predictions/);
    await prometheus.fires("KronosErrorBudgetSlow");
  },
);

await testWithTools(
  "a process that starts again and again fires KronosProcessRestarting",
  ["prometheus"],
  async () => {
    await using model = await TinyModelFolder.create();
    const port = freePort();
    const environment = { ...model.settings, PORT: String(port), KRONOS_LOG_LEVEL: "DEBUG" };
    await using prometheus = await PrometheusProcess.start({ loops: port });
    let fired = false;
    const firing = prometheus.fires("KronosProcessRestarting", "loops")
      .finally(() => fired = true);
    while (!fired) {
      await using started = await ServiceProcess.start(environment);
      await started.line(({ route }) => route === "/v1/metrics"); // Prometheus has seen it
      await started.stop("SIGINT");
    }
    await firing;
  },
);

await testWithTools("replicas that hang fire KronosWorkersRestarting", ["prometheus"], async () => {
  await using model = await faultyModel();
  await using service = await ServiceProcess.ready({
    ...model.settings,
    KRONOS_WORKERS: "2",
    KRONOS_RUN_TIMEOUT: "3",
    KRONOS_RELOAD_BASE_MS: "1",
  });
  await using prometheus = await PrometheusProcess.start({ hangs: service.port });
  await using _load = new SteadyRequests(1000, async () => {
    await ask(service, FAILING_LENGTHS.hangs, { "X-Request-Deadline-Ms": "8000" });
  });
  await prometheus.fires("KronosWorkersRestarting", "hangs");
});

await testWithTools(
  "a replica that hangs for long fires KronosModelStalled, and what piles up behind it the alerts of capacity",
  ["prometheus"],
  async () => {
    await using model = await faultyModel();
    await using service = await ServiceProcess.ready({
      ...model.settings,
      KRONOS_RUN_TIMEOUT: "600",
      KRONOS_QUEUE_LIMIT: "11",
    });
    await using prometheus = await PrometheusProcess.start({ stalled: service.port });
    const first = ask(service, FAILING_LENGTHS.hangs).catch(() => {}); // it is cut at the end
    {
      // Twice what may wait: half are refused, the others pass their deadline, and neither pauses for
      // as long as the rules look back.
      await using _load = new SteadyRequests(250, async () => {
        await ask(service, 20, { "X-Request-Deadline-Ms": "5500" });
      });
      const alerts = ["KronosModelStalled", "KronosQueueFull", "KronosTimeouts"];
      for (const alert of alerts) await prometheus.fires(alert, "stalled");
      await prometheus.fires("KronosLatencyHigh");
    }
    service.kill("SIGKILL");
    await first;
  },
);
