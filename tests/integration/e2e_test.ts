/** The real process over real sockets, with the model in the repository. */
import assert from "node:assert/strict";
import { predictRequest } from "./candles.ts";
import { ServiceProcess } from "./service_process.ts";

interface Candle {
  readonly timestamp: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly amount: number;
}

interface Prediction {
  readonly series_id: string | null;
  readonly prediction: readonly Candle[];
  readonly quantiles?: Readonly<Record<string, readonly Candle[]>>;
  readonly samples?: readonly (readonly Candle[])[];
  readonly seed?: number;
}

async function predicted(response: Response): Promise<Prediction> {
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}

function assertConsistent(candles: readonly Candle[]): void {
  candles.forEach(({ open, high, low, close, volume, amount }, step) => {
    assert.ok(low > 0 && low <= Math.min(open, close), `low of step ${step}`);
    assert.ok(high >= Math.max(open, close), `high of step ${step}`);
    assert.ok(volume >= 0 && amount >= 0, `volume of step ${step}`);
  });
}

Deno.test("the service answers forecasts", async (t) => {
  await using service = await ServiceProcess.ready();

  // First of all: once the service knows how fast it is, it refuses what it cannot do in time.
  await t.step(
    "a deadline that passes is a 504, and the replica is free for the next",
    async () => {
      const request = predictRequest(400, 512, { fields: { overrides: { sample_count: 64 } } });
      const late = await service.post("/v1/predict/single", request, {
        headers: { "X-Request-Deadline-Ms": "1000" },
      });
      assert.equal(late.status, 504);
      assert.equal((await late.json()).error.type, "InferenceTimeout");
      const next = await service.post("/v1/predict/single", predictRequest(50, 2));
      await predicted(next);
    },
  );

  await t.step("400 candles give 120 consistent ones, with bands that do not cross", async () => {
    const request = predictRequest(400, 120, { fields: { quantiles: [0.1, 0.5, 0.9] } });
    const response = await service.post("/v1/predict/single", request);
    assert.equal(response.headers.get("x-kronos-seed"), "1");
    assert.match(response.headers.get("server-timing") ?? "", /queue;.*prefill;.*decode;.*total;/);
    const { prediction, quantiles, seed } = await predicted(response);
    assert.equal(prediction.length, 120);
    assert.equal(seed, 1);
    assert.deepEqual(
      prediction.map(({ timestamp }) => timestamp),
      request.prediction_timestamps,
    );
    assertConsistent(prediction);
    for (const level of Object.values(quantiles ?? {})) assertConsistent(level);
    quantiles?.["0.1"].forEach(({ close }, step) => {
      assert.ok(close <= quantiles["0.5"][step].close);
      assert.ok(quantiles["0.5"][step].close <= quantiles["0.9"][step].close);
    });
  });

  await t.step(
    "a series gets the same numbers alone, at once with others, in a batch",
    async () => {
      const requests = [
        predictRequest(400, 24, { seed: 1 }),
        predictRequest(300, 7, { seed: 2, fields: { overrides: { sample_count: 3 } } }),
        predictRequest(60, 40, { seed: 3, fields: { overrides: { temperature: 0.5, top_k: 5 } } }),
        predictRequest(1, 5, { seed: 4, fields: { raw: true } }),
        predictRequest(390, 30, { seed: 5, fields: { quantiles: [0.2, 0.8] } }),
      ];
      const alone: Prediction[] = [];
      for (const request of requests) {
        alone.push(await predicted(await service.post("/v1/predict/single", request)));
      }
      const together = await Promise.all(
        requests.map(async (request) =>
          await predicted(await service.post("/v1/predict/single", request))
        ),
      );
      assert.deepEqual(together, alone);
      const batch = await service.post("/v1/predict/batch", { items: requests });
      assert.equal(batch.status, 200);
      assert.deepEqual(await batch.json(), alone);
    },
  );

  await t.step("2048 candles and 512 steps are answered", async () => {
    const response = await service.post("/v1/predict/single", predictRequest(2048, 512));
    const { prediction } = await predicted(response);
    assert.equal(prediction.length, 512);
    assertConsistent(prediction);
  });

  await t.step("a coin at 1e-6 gets a forecast near its price", async () => {
    const request = predictRequest(200, 24, { price: 1e-6, fields: { quantiles: [0.1, 0.9] } });
    const { prediction } = await predicted(await service.post("/v1/predict/single", request));
    assertConsistent(prediction);
    const { close } = (request.candles as Candle[])[199];
    for (const candle of prediction) {
      assert.ok(candle.close > close / 2 && candle.close < close * 2, `${candle.close}`);
    }
  });

  await t.step("liveness is answered while a forecast runs", async () => {
    const items = Array.from({ length: 16 }, (_, i) => predictRequest(400, 120, { seed: i }));
    let running = true;
    const forecast = service.post("/v1/predict/batch", { items }).then(async (response) => {
      running = false;
      await response.body?.cancel();
      return response.status;
    });
    let answered = 0;
    while (running && answered < 20) {
      const response = await service.get("/v1/healthz");
      assert.deepEqual(await response.json(), { status: "ok" });
      if (running) answered++;
    }
    assert.ok(answered >= 5, `${answered} answers during the forecast`);
    assert.equal(await forecast, 200);
  });

  await t.step("a deadline that cannot be met is refused at once", async () => {
    const request = predictRequest(400, 512, { fields: { overrides: { sample_count: 64 } } });
    const controller = new AbortController();
    const ahead = service.post("/v1/predict/single", request, { signal: controller.signal });
    const queue = async () =>
      (await (await service.get("/v1/healthz/detailed")).json()).checks.queue;
    while ((await queue()).running === 0);
    const refused = await service.post("/v1/predict/single", request, {
      headers: { "X-Request-Deadline-Ms": "100" },
    });
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    const { error } = await refused.json();
    assert.equal(error.type, "Overloaded");
    assert.match(error.message, /deadline cannot be met/);
    controller.abort();
    await assert.rejects(ahead, { name: "AbortError" });
  });

  await t.step("a client that goes away leaves nothing running", async () => {
    const controller = new AbortController();
    const request = predictRequest(400, 512, { fields: { overrides: { sample_count: 64 } } });
    const sent = service.post("/v1/predict/single", request, { signal: controller.signal });
    const running = async (): Promise<number> => {
      const response = await service.get("/v1/healthz/detailed");
      return (await response.json()).checks.queue.running;
    };
    while (await running() === 0);
    controller.abort();
    await assert.rejects(sent, { name: "AbortError" });
    while (await running() > 0);
    assert.match(await (await service.get("/v1/metrics")).text(), /kronos_queue_running 0/);
  });

  await t.step("errors have one body", async () => {
    const cases: [Promise<Response>, number, string][] = [
      [service.get("/nowhere"), 404, "NotFound"],
      [service.get("/v1/predict/single"), 405, "MethodNotAllowed"],
      [service.post("/v1/predict/single", {}), 422, "ValidationError"],
      [service.post("/v1/predict/single", null, { body: "{" }), 400, "MalformedRequest"],
      [
        service.post("/v1/predict/single", null, { body: " ".repeat(11e6) }),
        413,
        "PayloadTooLarge",
      ],
    ];
    for (const [pending, status, type] of cases) {
      const response = await pending;
      assert.equal(response.status, status);
      const { error } = await response.json();
      assert.equal(error.type, type);
      assert.equal(error.request_id, response.headers.get("x-request-id"));
    }
  });

  await t.step("metrics count what happened", async () => {
    const page = await (await service.get("/v1/metrics")).text();
    const count = (status: string): number =>
      Number(
        new RegExp(
          `kronos_requests_total\\{route="/v1/predict/single",status="${status}"\\} (\\d+)`,
        ).exec(page)?.[1] ?? 0,
      );
    assert.ok(count("success") >= 12, page);
    assert.ok(count("error") >= 3, page);
    assert.equal(count("timeout"), 1);
    assert.match(page, /kronos_model_info\{model_version="nano-2"/);
  });

  await t.step("SIGTERM ends it cleanly", async () => assert.equal(await service.stop(), 0));
});

Deno.test("the service listens before it is ready, and says so", async () => {
  await using service = await ServiceProcess.start();
  const early = await service.get("/v1/readyz");
  const { status } = await early.json();
  assert.equal(early.status, 503);
  assert.equal(status, "loading");
  const refused = await service.post("/v1/predict/single", predictRequest(10, 2));
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal((await refused.json()).error.type, "ModelNotReady");
  await service.line((line) => line.message === "ready");
  const ready = await service.get("/v1/readyz");
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), {
    status: "ok",
    model_loaded: true,
    device: "wasm",
    device_warning: null,
  });
});

Deno.test("the service forecasts on the main thread where KRONOS_WORKERS is 0", async () => {
  await using service = await ServiceProcess.ready({ KRONOS_WORKERS: "0", KRONOS_THREADS: "1" });
  const { prediction } = await predicted(
    await service.post("/v1/predict/single", predictRequest(100, 20)),
  );
  assert.equal(prediction.length, 20);
  assert.equal(await service.stop("SIGINT"), 0);
});

Deno.test("a model that cannot be loaded leaves the service alive and not ready", async () => {
  await using service = await ServiceProcess.start({ KRONOS_MODEL_PATH: "models/absent" });
  await service.line((line) => line.message === "cannot load the model");
  assert.equal((await service.get("/v1/healthz").then(async (r) => await r.json())).status, "ok");
  const ready = await service.get("/v1/readyz");
  assert.equal(ready.status, 503);
  assert.equal((await ready.json()).status, "unhealthy");
  const detailed = await service.get("/v1/healthz/detailed");
  assert.equal(detailed.status, 503);
  assert.equal((await detailed.json()).checks.model.loaded, false);
});

Deno.test("a bad configuration exits with 78, a line for each setting, nothing served", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=start", "src/main.ts"],
    cwd: new URL("../../", import.meta.url).pathname,
    env: {
      PORT: "none",
      KRONOS_SECURITY_ENABLED: "perhaps",
      KRONOS_MODEL_ID: "NeoQuasar/Kronos-small",
    },
  }).output();
  assert.equal(code, 78);
  assert.equal(new TextDecoder().decode(stdout), "");
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) =>
    line.startsWith("Bad")
  );
  assert.deepEqual(lines.map((line) => line.match(/^Bad configuration: (\w+)/)?.[1]).sort(), [
    "KRONOS_MODEL_ID",
    "KRONOS_SECURITY_ENABLED",
    "PORT",
  ]);
});
