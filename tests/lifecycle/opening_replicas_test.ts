/** A service whose first replica serves while another opens, or fails to. */
import assert from "node:assert/strict";
import { readConfig } from "../../src/config.ts";
import { candlesAround, requestOf } from "../../src/forecast/testing/series_request.ts";
import { prepareWorker } from "../../src/inference/prepare_worker.ts";
import { Service } from "../../src/lifecycle/service.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { phase, stopOf } from "./drained_service.ts";
import { TinyModelFolder } from "./tiny_model_folder.ts";

/** Two replicas, tried again without a pause worth mention. */
const SETTINGS = {
  KRONOS_WORKERS: "2",
  KRONOS_RELOAD_BASE_MS: "20",
  KRONOS_RELOAD_CAP_MS: "50",
};

/** A service in this process that has just become ready, and what it says. */
class OpeningService implements AsyncDisposable {
  readonly metrics: Metrics = createMetrics();
  readonly service: Service;
  readonly #messages: unknown[] = [];

  constructor(model: TinyModelFolder) {
    const config = readConfig({ ...model.settings, ...SETTINGS });
    const log = createLog("INFO", (line) => this.#messages.push(JSON.parse(line).message));
    this.service = new Service({
      config,
      log,
      metrics: this.metrics,
      takePrepared: prepareWorker(config),
    });
  }

  /** Waits for a line of the log. */
  async said(message: string): Promise<void> {
    while (!this.#messages.includes(message)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Makes a forecast; its means. */
  async forecast(): Promise<Float64Array> {
    const request = requestOf(candlesAround(100), { horizon: 20 });
    const { forecaster } = this.service.model!;
    const [{ mean }] = await forecaster.forecast([request], new AbortController().signal);
    return mean;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close();
  }
}

Deno.test("a service is ready with its first replica, which serves while the other opens", async () => {
  await using model = await TinyModelFolder.create();
  await using opening = new OpeningService(model);
  const { service } = opening;
  await service.load();
  assert.equal(service.readiness, "ok");
  assert.deepEqual(service.replicas, { total: 2, serving: 1 });
  const alone = await opening.forecast();
  await opening.said("another replica is open");
  assert.deepEqual(service.replicas, { total: 2, serving: 2 });
  // Each of them takes one.
  const together = await Promise.all([opening.forecast(), opening.forecast()]);
  assert.deepEqual(together, [alone, alone]);
});

Deno.test("a replica that does not open is tried again, and the service is ready without it", async () => {
  await using model = await TinyModelFolder.create();
  await using opening = new OpeningService(model);
  const { service } = opening;
  await service.load();
  // In place: the other replica has begun to read the folder, and not come to this file.
  const file = `${model.path}/model/generator.weights`;
  const whole = Deno.readFileSync(file);
  Deno.writeFileSync(file, new Uint8Array(whole.length));
  await opening.said("cannot open a replica");
  assert.equal(service.readiness, "ok");
  assert.deepEqual(service.replicas, { total: 2, serving: 1 });
  assert.match(
    await opening.metrics.page(),
    /kronos_model_load_failures_total\{cause="corrupt_file"\} [1-9]/,
  );
  await opening.forecast();
  Deno.writeFileSync(file, whole);
  await opening.said("another replica is open");
  assert.deepEqual(service.replicas, { total: 2, serving: 2 });
});

Deno.test("a service that is closed while a replica opens leaves nothing behind", async () => {
  await using model = await TinyModelFolder.create();
  await using opening = new OpeningService(model);
  await opening.service.load();
  const forecast = opening.forecast();
  await Promise.all([assert.rejects(forecast, /the model is closed/), opening.service.close()]);
  assert.deepEqual(opening.service.replicas, { total: 2, serving: 0 });
});

Deno.test("a signal while a replica opens loses no request", async () => {
  await using model = await TinyModelFolder.create();
  await using service = await ServiceProcess.ready({
    ...model.settings,
    ...SETTINGS,
    KRONOS_LAME_DUCK_MS: "1500",
  });
  const answers = [1, 2, 3, 4].map((seed) =>
    service.post("/v1/predict/single", predictRequest(40, 20, { seed }))
  );
  service.kill("SIGTERM");
  await phase(service, "lame_duck");
  for (const answer of await Promise.all(answers)) {
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
  const { code, receipt } = await stopOf(service);
  assert.equal(code, 0);
  assert.equal(receipt.finished, answers.length);
});
