/** The page that Prometheus reads: what others counted, and what is read from the service just now. */
import type { Metrics } from "../telemetry/metrics.ts";
import type { Context } from "./app_env.ts";
import type { AppParts } from "./app_parts.ts";
import { ApiError } from "./errors.ts";
import { circuitNow } from "./health.ts";
import type { Readiness } from "./service_state.ts";
import { memoryFacts } from "./system_facts.ts";

const READINESS: readonly Readiness[] = ["ok", "loading", "draining", "circuit_open", "unhealthy"];
const CIRCUIT = ["closed", "open", "half_open"] as const;

/** Reads what has a value of its own at every moment. */
async function readGauges(
  metrics: Metrics,
  { admission, service, config }: AppParts,
): Promise<void> {
  for (const status of READINESS) {
    metrics.readiness.set({ status }, status === service.readiness ? 1 : 0);
  }
  const { waiting, running, limit, tokens } = admission.facts();
  metrics.queueWaiting.set(waiting);
  metrics.queueRunning.set(running);
  metrics.queueLimit.set(limit);
  metrics.queueTokens.set(tokens);
  metrics.queueTokensLimit.set(config.queueTokens);
  metrics.replicas.set(service.replicas.total);
  metrics.replicasServing.set(service.replicas.serving);
  const now = circuitNow(service.circuit);
  for (const state of CIRCUIT) metrics.circuitState.set({ state }, state === now ? 1 : 0);
  const memory = await memoryFacts();
  metrics.memoryUsage.set(memory.usage);
  metrics.memoryLimit.set(memory.limit);
}

/** Answers with the page, unless metrics are switched off. */
export async function metricsPage(c: Context, parts: AppParts): Promise<Response> {
  const { config, metrics } = parts;
  if (!config.enableMetrics) {
    throw new ApiError("NotFound", "Metrics are switched off (KRONOS_ENABLE_METRICS)", {
      details: { constraint: "enabled" },
    });
  }
  await readGauges(metrics, parts);
  return c.body(await metrics.page(), 200, { "Content-Type": metrics.contentType });
}
