/** What an operator sees of a real process: metrics, the log, health, and how they agree. */
import assert from "node:assert/strict";
import { predictRequest } from "./candles.ts";
import { ServiceProcess } from "./service_process.ts";

const SINGLE = "/v1/predict/single";

/** Values of one metric by its labels. */
async function metric(
  service: ServiceProcess,
  name: string,
): Promise<ReadonlyMap<string, number>> {
  const page = await (await service.get("/v1/metrics")).text();
  const rows = page.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, "gm"));
  return new Map([...rows].map(([, labels, value]) => [labels ?? "", Number(value)]));
}

Deno.test("the service can be watched", async (t) => {
  await using service = await ServiceProcess.ready({
    KRONOS_LAME_DUCK_MS: "1000",
    KRONOS_WORKERS: "2",
  });

  await t.step("metrics have a type, a help text and a value, each once", async () => {
    const page = await (await service.get("/v1/metrics")).text();
    const names = [...page.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map((m) => m[1]);
    assert.ok(names.length > 15, page);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) {
      assert.match(page, new RegExp(`^# HELP ${name} \\S`, "m"));
      assert.match(name, /^(kronos|process)_[a-z0-9_]+$/);
    }
  });

  await t.step("a request is one line of the log and one count, under the same id", async () => {
    const headers = { "X-Request-ID": "watched-1" };
    const response = await service.post(SINGLE, predictRequest(60, 4), { headers });
    await response.body?.cancel();
    const line = await service.line((line) => line.request_id === "watched-1");
    const { message, method, path, status, level } = line;
    assert.deepEqual([message, method, path, status, level], [
      "request",
      "POST",
      SINGLE,
      200,
      "INFO",
    ]);
    const counts = await metric(service, "kronos_requests_total");
    assert.equal(counts.get(`{route="${SINGLE}",status="success"}`), 1);
    assert.equal(service.lines.filter((line) => line.request_id === "watched-1").length, 1);
  });

  await t.step(
    "detailed health tells model, memory, disk and queue, and no path of its own",
    async () => {
      await service.line((line) => line.message === "another replica is open");
      const response = await service.get("/v1/healthz/detailed");
      const text = await response.text();
      const { status, checks } = JSON.parse(text);
      assert.equal(response.status, 200);
      assert.equal(status, "healthy");
      assert.deepEqual(Object.keys(checks).sort(), ["disk", "memory", "model", "queue"]);
      assert.equal(checks.model.predictions_total, 1);
      assert.ok(!text.includes(Deno.cwd()));
    },
  );

  await t.step("a stop is seen in the metrics, in readiness and in the log", async () => {
    service.kill("SIGTERM");
    await service.line((line) => line.message === "stopping" && line.phase === "lame_duck");
    const draining = await metric(service, "kronos_draining");
    assert.equal(draining.get('{phase="lame_duck"}'), 1);
    assert.equal(draining.get('{phase="drain"}'), 0);
    const ready = await service.get("/v1/readyz");
    assert.deepEqual([ready.status, (await ready.json()).status], [503, "draining"]);
    assert.equal(await service.ended(), 0);
    const phases = service.lines.filter((line) => line.message === "stopping")
      .map((line) => line.phase);
    assert.deepEqual(phases, ["lame_duck", "drain", "close"]);
    assert.equal(service.lines.at(-1)?.event, "drain_receipt");
  });
});
