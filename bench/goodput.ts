/**
 * Goodput by offered load: forecasts answered within the client's deadline, a second, at the capacity
 * that was measured first, and at twice that. Starts the service with the default model itself.
 *
 * Its argument is the length of each measurement in seconds, 20 unless given.
 */
import { predictRequest } from "../tests/integration/candles.ts";
import { ServiceProcess } from "../tests/integration/service_process.ts";

const DEFAULT_SECONDS = 20;

/** What a client waits for an answer, in milliseconds. */
const DEADLINE_MS = 4000;

/** Clients that measure the capacity, each with one request at a time. */
const CLIENTS = 8;

/** Pause of a client that was not answered in time, in milliseconds. */
const PAUSE_MS = 200;

/** Load before anything is measured, in seconds: what is hot is compiled in the first. */
const WARM_UP_SECONDS = 8;

/** Answers of one measurement. */
interface Answers {
  /** 200 within the deadline. */
  good: number;
  /** 503, with how long it took to say so in milliseconds. */
  refusedMs: number[];
  /** 504, or a 200 that came too late. */
  late: number;
  /** Anything else. */
  other: number;
}

const seconds = Number(Deno.args[0] ?? DEFAULT_SECONDS);
let seed = 0;

async function ask(service: ServiceProcess, answers: Answers): Promise<void> {
  const request = predictRequest(400, 24, {
    seed: seed++,
    fields: { overrides: { sample_count: 8 } },
  });
  const start = performance.now();
  const response = await service.post("/v1/predict/single", request, {
    headers: { "X-Request-Deadline-Ms": String(DEADLINE_MS) },
  });
  await response.body?.cancel();
  const took = performance.now() - start;
  if (response.status === 503) answers.refusedMs.push(took);
  else if (response.status === 504 || took > DEADLINE_MS) answers.late++;
  else if (response.status === 200) answers.good++;
  else answers.other++;
}

function none(): Answers {
  return { good: 0, refusedMs: [], late: 0, other: 0 };
}

/** Forecasts a second with every client always waiting for one; who is refused pauses. */
async function capacity(service: ServiceProcess, seconds: number): Promise<number> {
  const answers = none();
  const end = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (performance.now() < end) {
      const { good } = answers;
      await ask(service, answers);
      if (answers.good === good) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }));
  return answers.good / seconds;
}

/** Offers so many requests a second, whatever becomes of them. */
async function offered(service: ServiceProcess, rate: number): Promise<Answers> {
  const answers = none();
  const requests: Promise<void>[] = [];
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    while (requests.length < (performance.now() - start) * rate / 1000) {
      requests.push(ask(service, answers));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(requests);
  return answers;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

await using service = await ServiceProcess.ready({ KRONOS_LAME_DUCK_MS: "0" });
await capacity(service, WARM_UP_SECONDS);
const most = await capacity(service, seconds);
console.log(
  `capacity: ${most.toFixed(1)} forecasts/s (400 -> 24 candles, 8 paths, ${CLIENTS} clients)`,
);
console.log("| offered | goodput | refused | late | other | refusal, p50 / p99 |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const factor of [0.5, 1, 2, 4]) {
  const { good, refusedMs, late, other } = await offered(service, most * factor);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(refusedMs, share).toFixed(1));
  console.log(
    `| ${factor}x (${(most * factor).toFixed(1)}/s) | ${(good / seconds).toFixed(1)}/s | ` +
      `${refusedMs.length} | ${late} | ${other} | ${p50} / ${p99} ms |`,
  );
}
await service.stop();
