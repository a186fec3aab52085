/**
 * `deno task bench:capacity [--model FOLDER] [--seconds N] [--rounds N]`: what batching gains, and what it
 * costs those beside it. Throughput of one client and of 16, each with one request of one path at a time;
 * latency of a single request alone, and beside a batch of 256 that is always under way. The cases take
 * turns, so that drift of the machine meets all alike. Settings of the service are taken from the
 * environment.
 */
import { parseArgs } from "node:util";
import { predictRequest } from "../tests/integration/candles.ts";
import { ServiceProcess } from "../tests/integration/service_process.ts";
import { median } from "./case.ts";

/** Candles and steps of every request. */
const CONTEXT = 400;
const HORIZON = 120;

/** Clients at a time whose throughput is compared with that of one. */
const CLIENTS = 16;

/** Series of the batch. */
const BATCH = 256;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/nano" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
  },
});
const windowMs = 1000 * Number(values.seconds);
let seed = 0;

function series(): Record<string, unknown> {
  return predictRequest(CONTEXT, HORIZON, {
    seed: seed++,
    fields: { overrides: { sample_count: 1 } },
  });
}

/** Posts a request and waits for its answer; milliseconds. */
async function ask(
  service: ServiceProcess,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<number> {
  const start = performance.now();
  const response = await service.post(path, body, signal === undefined ? {} : { signal });
  await response.arrayBuffer();
  if (response.status !== 200) {
    throw new Error(`Cannot measure: ${path} answers ${response.status}`);
  }
  return performance.now() - start;
}

/** Latencies of clients that ask for one forecast after the other, and how many were answered a second. */
async function closedLoop(
  service: ServiceProcess,
  clients: number,
): Promise<{ readonly latencies: readonly number[]; readonly perSecond: number }> {
  const latencies: number[] = [];
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() - start < windowMs) {
      latencies.push(await ask(service, "/v1/predict/single", series()));
    }
  }));
  return { latencies, perSecond: 1000 * latencies.length / (performance.now() - start) };
}

/** Requests being computed. */
async function running(service: ServiceProcess): Promise<number> {
  const page = await (await service.get("/v1/metrics")).text();
  return Number(/^kronos_queue_running (\S+)$/m.exec(page)?.[1]);
}

/** The same for one client, while batches run one after the other. */
async function besideBatches(service: ServiceProcess): Promise<readonly number[]> {
  const leaving = new AbortController();
  const items = Array.from({ length: BATCH }, series);
  const batches = (async () => {
    while (!leaving.signal.aborted) {
      await ask(service, "/v1/predict/batch", { items }, leaving.signal).catch((error) => {
        if (!leaving.signal.aborted) throw error;
      });
    }
  })();
  while (await running(service) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { latencies } = await closedLoop(service, 1);
  leaving.abort();
  await batches;
  return latencies;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

await using service = await ServiceProcess.ready({
  KRONOS_LAME_DUCK_MS: "0",
  KRONOS_MODEL_PATH: values.model,
  KRONOS_MAX_REQUEST_SIZE_MB: "32", // the batch has 13 MB
});
await closedLoop(service, CLIENTS); // compiles what is hot
const one: number[] = [];
const many: number[] = [];
const alone: number[] = [];
const beside: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const solo = await closedLoop(service, 1);
  one.push(solo.perSecond);
  alone.push(...solo.latencies);
  many.push((await closedLoop(service, CLIENTS)).perSecond);
  beside.push(...await besideBatches(service));
}
const ratio = median(many) / median(one);
console.log(`${values.model}, ${CONTEXT} -> ${HORIZON}, one path, ${values.rounds} rounds`);
console.log("| | one client | beside | ratio |");
console.log("| --- | --- | --- | --- |");
console.log(
  `| ${CLIENTS} clients: forecasts a second | ${median(one).toFixed(2)} | ` +
    `${median(many).toFixed(2)} | ${ratio.toFixed(2)} |`,
);
for (const share of [0.5, 0.95]) {
  const [solo, shared] = [alone, beside].map((latencies) => percentile(latencies, share));
  console.log(
    `| a batch of ${BATCH}: latency of a single, p${100 * share} | ${solo.toFixed(0)} ms | ` +
      `${shared.toFixed(0)} ms | ${(shared / solo).toFixed(2)} |`,
  );
}
await service.stop();
