/**
 * `deno task bench-probes [--seconds N]`: how long `/v1/healthz` and `/v1/readyz` take beside load, on
 * a service that this starts. A probe goes out every 20 ms, late ones included: what waits is counted.
 */
import { parseArgs } from "node:util";
import { ServiceProcess } from "../tests/integration/service_process.ts";
import type { Load, LoadTask } from "./load_worker.ts";

const PROBE_INTERVAL_MS = 20;
const WARM_UP_MS = 2000;
const MEGABYTE = 1_000_000;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" } } });
const loadMs = Number(values.seconds) * 1000;

/** A series of hourly candles that ends before its first forecast. */
function series(candles: number, steps: number): Record<string, unknown> {
  const stamp = (hour: number): string => new Date(hour * 3_600_000).toISOString().slice(0, 19);
  return {
    series_id: "probe",
    candles: Array.from({ length: candles }, (_, i) => {
      const open = 42_000.25 + 100 * Math.sin(i / 7);
      const close = 42_000.75 + 100 * Math.sin((i + 1) / 7);
      return {
        open,
        high: Math.max(open, close) + 10.5,
        low: Math.min(open, close) - 10.5,
        close,
        volume: 310.5 + i,
        amount: 13_049_000.125 + i,
      };
    }),
    timestamps: Array.from({ length: candles }, (_, i) => stamp(i)),
    prediction_timestamps: Array.from({ length: steps }, (_, i) => stamp(candles + i)),
  };
}

/** A batch as near to 10 MB as whole series of 2048 candles come. */
function tenMegabytes(steps: number, overrides: object): string {
  const item = { ...series(2048, steps), ...overrides };
  const count = Math.floor(10 * MEGABYTE / (JSON.stringify(item).length + 1));
  return JSON.stringify({ items: Array.from({ length: count }, () => item) });
}

const LOADS: Readonly<Record<string, Load | null>> = {
  "nothing": null,
  "singles of 2048 candles": {
    path: "/v1/predict/single",
    body: JSON.stringify(series(2048, 24)),
  },
  "10 MB batches": { path: "/v1/predict/batch", body: tenMegabytes(1, {}) },
  "10 MB batches that are refused (422)": {
    path: "/v1/predict/batch",
    body: tenMegabytes(1, { seed: -1 }),
  },
  "answers of 32768 candles (4.7 MB)": {
    path: "/v1/predict/single",
    body: JSON.stringify({
      ...series(64, 512),
      include_samples: true,
      overrides: { sample_count: 63 },
    }),
  },
};

/** Sends probes at a fixed rate; the latency of each in milliseconds, ascending. */
async function probe(origin: string, ms: number): Promise<number[]> {
  const latencies: number[] = [];
  const probes: Promise<void>[] = [];
  const one = async (path: string): Promise<void> => {
    const start = performance.now();
    const response = await fetch(origin + path);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`Cannot probe ${path}: ${response.status}`);
    latencies.push(performance.now() - start);
  };
  const end = performance.now() + ms;
  for (let due = performance.now(); due < end; due += PROBE_INTERVAL_MS) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    probes.push(one(probes.length % 2 === 0 ? "/v1/healthz" : "/v1/readyz"));
  }
  await Promise.all(probes);
  return latencies.sort((a, b) => a - b);
}

/** The value at a share of an ascending list. */
function at(sorted: readonly number[], share: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
}

await using service = await ServiceProcess.ready();
console.log("| beside | probes | p50 | p99 | longest |");
console.log("| --- | --- | --- | --- | --- |");
for (const [name, task] of Object.entries(LOADS)) {
  // A thread of its own: what a client does must not look like the service's delay.
  const client = new Worker(import.meta.resolve("./load_worker.ts"), { type: "module" });
  if (task !== null) {
    const answered = new Promise((resolve) => client.addEventListener("message", resolve));
    client.postMessage({ origin: service.origin, ...task } satisfies LoadTask);
    await answered; // what starting costs is not of interest
  }
  await probe(service.origin, WARM_UP_MS);
  const latencies = await probe(service.origin, loadMs);
  client.terminate();
  const times = [0.5, 0.99, 1].map((share) => `${at(latencies, share)} ms`);
  console.log(`| ${[name, latencies.length, ...times].join(" | ")} |`);
}
