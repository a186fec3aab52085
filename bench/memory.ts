/**
 * `deno task bench:memory [--requests N] [--clients N]`: resident memory of the service over many mixed
 * requests, and what it ends at beside what it had after the first 200. Settings of the service are taken
 * from the environment.
 */
import { parseArgs } from "node:util";
import { predictRequest } from "../tests/integration/candles.ts";
import { ServiceProcess } from "../tests/integration/service_process.ts";

/** Requests after which the memory is compared with the end. */
const SETTLED = 200;

/** Lines of the table. */
const SAMPLES = 20;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    clients: { type: "string", default: "4" },
  },
});
const requests = Number(values.requests);

/** The `index`-th request: every length of context, few and many paths, now and then a batch. */
function mixed(index: number): readonly [path: string, body: unknown] {
  const series = (seed: number): Record<string, unknown> =>
    predictRequest(1 + seed * 37 % 400, 1 + seed * 11 % 24, {
      seed,
      fields: { overrides: { sample_count: seed % 10 === 0 ? 16 : 1 } },
    });
  if (index % 25 !== 0) return ["/v1/predict/single", series(index)];
  const items = Array.from({ length: 8 }, (_, i) => series(index + i));
  return ["/v1/predict/batch", { items }];
}

/** Resident memory of a process in units of 1e6 bytes, as the kernel states it now. */
async function residentMb(service: ServiceProcess): Promise<number> {
  const page = await (await service.get("/v1/metrics")).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1]) / 1e6;
}

await using service = await ServiceProcess.ready({ KRONOS_LAME_DUCK_MS: "0" });
console.log("| requests | resident memory |");
console.log("| --- | --- |");
console.log(`| 0 | ${(await residentMb(service)).toFixed(0)} MB |`);
let next = 0;
let settledMb = 0;
let otherAnswers = 0;
const sampleEvery = Math.max(1, Math.round(requests / SAMPLES));

async function client(): Promise<void> {
  while (next < requests) {
    const index = next++;
    const response = await service.post(...mixed(index));
    await response.arrayBuffer();
    if (response.status !== 200) otherAnswers++;
    const done = index + 1;
    if (done !== SETTLED && done % sampleEvery !== 0) continue;
    const mb = await residentMb(service);
    if (done === SETTLED) settledMb = mb;
    console.log(`| ${done} | ${mb.toFixed(0)} MB |`);
  }
}

await Promise.all(Array.from({ length: Number(values.clients) }, client));
const endMb = await residentMb(service);
console.log(
  `\n${requests} requests end at ${endMb.toFixed(0)} MB, ${otherAnswers} not answered 200`,
);
if (settledMb > 0) {
  const change = 100 * (endMb / settledMb - 1);
  console.log(
    `after the first ${SETTLED}: ${settledMb.toFixed(0)} MB (${change.toFixed(1)}% more)`,
  );
}
await service.stop();
