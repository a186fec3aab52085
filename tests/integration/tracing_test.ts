/** Traces of a real process, as a collector receives them. */
import assert from "node:assert/strict";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { predictRequest } from "./candles.ts";
import { attributesOf, OtlpReceiver, type ReceivedSpan } from "./otlp_receiver.ts";
import { ServiceProcess } from "./service_process.ts";

const SINGLE = "/v1/predict/single";
const CALLER = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
const TRACEPARENT = `00-${CALLER.trace}-${CALLER.span}-01`;

/** A span's length in milliseconds. */
function milliseconds({ startTimeUnixNano, endTimeUnixNano }: ReceivedSpan): number {
  return Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
}

Deno.test("a request's span is the caller's child, has its route, and its phases below it", async () => {
  await using model = await TinyModelFolder.create();
  await using receiver = new OtlpReceiver();
  await using service = await ServiceProcess.ready({ ...model.settings, ...receiver.environment });
  const headers = { traceparent: TRACEPARENT, "X-Request-ID": "traced" };
  const response = await service.post(SINGLE, predictRequest(40, 24), { headers });
  const timing = response.headers.get("server-timing") ?? "";
  await response.body?.cancel();
  await (await service.post(SINGLE, { candles: [] })).body?.cancel();
  const line = await service.line(({ request_id }) => request_id === "traced");
  assert.equal(line.trace_id, CALLER.trace);
  assert.equal(await service.stop("SIGINT"), 0); // what is not sent yet is sent at the end

  const ofCaller = receiver.spans.filter(({ traceId }) => traceId === CALLER.trace);
  const server = ofCaller.find(({ kind }) => kind === 2);
  assert.ok(server !== undefined, "a server span");
  assert.deepEqual([server.name, server.parentSpanId], [`POST ${SINGLE}`, CALLER.span]);
  const attributes = attributesOf(server);
  assert.equal(attributes.get("http.route"), SINGLE);
  assert.equal(attributes.get("kronos.request_id"), "traced");
  const phases = ofCaller.filter(({ parentSpanId }) => parentSpanId === server.spanId);
  assert.deepEqual(phases.map(({ name }) => name).sort(), ["decode", "prefill", "queue"]);
  const [queue, prefill, decode] = ["queue", "prefill", "decode"].map((name) =>
    phases.find((phase) => phase.name === name)!
  );
  assert.ok(queue.endTimeUnixNano <= prefill.startTimeUnixNano, "one after the other");
  assert.ok(prefill.endTimeUnixNano <= decode.startTimeUnixNano, "one after the other");
  const stated = Number(/decode;dur=([\d.]+)/.exec(timing)?.[1]);
  const computed = Number(attributesOf(decode).get("compute_ms"));
  assert.ok(Math.abs(computed - stated) < 0.1, `${computed} ms here, ${stated} in Server-Timing`);
  assert.ok(milliseconds(decode) + 0.01 >= computed, "its waits are in it");

  const [refused] = receiver.spans.filter((span) =>
    attributesOf(span).get("kronos.error_type") === "ValidationError"
  );
  assert.notEqual(refused.traceId, CALLER.trace);
  assert.notEqual(refused.status.code, 2, "a client's mistake is no error of the server");
});

Deno.test("what is answered with 5xx is an error of its span", async () => {
  await using receiver = new OtlpReceiver();
  await using service = await ServiceProcess.start({
    ...receiver.environment,
    KRONOS_MODEL_PATH: "/nowhere",
  });
  const response = await service.post(SINGLE, predictRequest(40, 4));
  assert.equal(response.status, 503);
  await response.body?.cancel();
  await service.stop("SIGINT");
  const server = receiver.spans.find(({ name }) => name === `POST ${SINGLE}`);
  assert.ok(server !== undefined);
  assert.equal(attributesOf(server).get("kronos.error_type"), "ModelNotReady");
  assert.equal(server.status.code, 2);
});
