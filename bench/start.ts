/**
 * `deno task bench:start [STARTS]`: milliseconds from the start of the process until the service listens
 * and until it is ready, the median of several starts. Settings are taken from the environment.
 */
import { ServiceProcess } from "../tests/integration/service_process.ts";
import { median } from "./case.ts";

const DEFAULT_STARTS = 5;

const starts = Number(Deno.args[0] ?? DEFAULT_STARTS);
const listening: number[] = [];
const ready: number[] = [];
for (let i = 0; i < starts; i++) {
  const start = performance.now();
  await using service = await ServiceProcess.start({ KRONOS_LAME_DUCK_MS: "0" });
  listening.push(performance.now() - start);
  await service.line((line) => line.message === "ready");
  ready.push(performance.now() - start);
  await service.stop();
}
console.log("| | median | longest |");
console.log("| --- | --- | --- |");
for (const [name, times] of Object.entries({ listening, ready })) {
  console.log(`| ${name} | ${median(times).toFixed(0)} ms | ${Math.max(...times).toFixed(0)} ms |`);
}
