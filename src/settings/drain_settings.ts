/** Settings of stopping: how long each phase may take, and what platforms allow. */
import { oneOf, setting, whole } from "./setting.ts";

/** The longest that a phase may be set to, in milliseconds: an hour. */
const MAX_PHASE_MS = 3_600_000;

/** By the name that the code uses. */
export const DRAIN_SETTINGS = {
  platform: setting<keyof typeof PLATFORM_PHASES>(
    "KRONOS_PLATFORM",
    "name",
    "kubernetes",
    oneOf(["kubernetes", "docker", "deno_deploy"]),
    "sets the three phases below to what fits its grace: 30 s, 10 s, 5 s",
  ),
  lameDuckMs: setting(
    "KRONOS_LAME_DUCK_MS",
    "milliseconds",
    5000,
    whole(0, MAX_PHASE_MS),
    "after a signal not ready, everything still answered: balancers take seconds to notice",
  ),
  drainTimeoutMs: setting(
    "KRONOS_DRAIN_TIMEOUT_MS",
    "milliseconds",
    25_000,
    whole(1, MAX_PHASE_MS),
    "from the signal; what still runs is then answered 503 and counted as aborted",
  ),
  graceMs: setting(
    "KRONOS_GRACE_MS",
    "milliseconds",
    30_000,
    whole(1, MAX_PHASE_MS),
    "from the signal until the platform kills the process: its own setting, repeated here",
  ),
} as const;

/** The three phases of each platform, in milliseconds. */
export const PLATFORM_PHASES = {
  /** `terminationGracePeriodSeconds` is 30 unless set. */
  kubernetes: { lameDuckMs: 5000, drainTimeoutMs: 25_000, graceMs: 30_000 },
  /** `docker stop` waits 10 s. */
  docker: { lameDuckMs: 2000, drainTimeoutMs: 8500, graceMs: 10_000 },
  /** SIGINT, and the end 5 s later. */
  deno_deploy: { lameDuckMs: 1000, drainTimeoutMs: 4000, graceMs: 5000 },
} as const;

/** Lengths of the phases, in milliseconds from the signal. */
export interface DrainPhases {
  /** Until nothing new is admitted. */
  readonly lameDuckMs: number;
  /** Until what still runs is aborted. */
  readonly drainTimeoutMs: number;
  /** Until the process is killed. */
  readonly graceMs: number;
}

/** What is wrong with phases that do not fit into each other; null where they do. */
export function phaseProblem({ lameDuckMs, drainTimeoutMs, graceMs }: DrainPhases): string | null {
  if (lameDuckMs < drainTimeoutMs && drainTimeoutMs < graceMs) return null;
  return `KRONOS_LAME_DUCK_MS=${lameDuckMs}, KRONOS_DRAIN_TIMEOUT_MS=${drainTimeoutMs}, ` +
    `KRONOS_GRACE_MS=${graceMs}: each must be less than the next (all count from the signal)`;
}
