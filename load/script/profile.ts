/** How the offered load changes over a scenario: stages, each with a rate at its begin and its end. */

/** A part of a scenario. */
export interface Stage {
  /** What it is for; objectives may hold for one alone: `before`, `spike`, `after`. */
  readonly phase: string;
  /** Forecasts a second at its begin. */
  readonly from: number;
  /** Forecasts a second at its end. */
  readonly to: number;
  /** Its length, in seconds. */
  readonly seconds: number;
}

/** All of a scenario, in order. */
export type Profile = readonly Stage[];

/** A stage as k6's ramping-arrival-rate takes it. */
export interface RateStage {
  /** Iterations a minute at its end. */
  readonly target: number;
  /** Its length, with its unit: `10s`. */
  readonly duration: string;
}

/** Stages that each hold a multiple of `rate` for a share of `seconds`. */
export function heldProfile(
  rate: number,
  seconds: number,
  stages: readonly (readonly [phase: string, factor: number, share: number])[],
): Profile {
  return stages.map(([phase, factor, share]) => ({
    phase,
    from: factor * rate,
    to: factor * rate,
    seconds: share * seconds,
  }));
}

/** The same rate all the time. */
export function constantProfile(rate: number, seconds: number): Profile {
  return heldProfile(rate, seconds, [["hold", 1, 1]]);
}

/** Steps of equal length, each held: latency by rate is read off them. */
export function steppedProfile(rates: readonly number[], seconds: number): Profile {
  return rates.map((rate, i) => ({
    phase: `step-${i + 1}`,
    from: rate,
    to: rate,
    seconds: seconds / rates.length,
  }));
}

/** Length of a profile, in seconds. */
export function profileSeconds(profile: Profile): number {
  return profile.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Highest rate of a profile, a second. */
export function peakRate(profile: Profile): number {
  return Math.max(...profile.flatMap(({ from, to }) => [from, to]));
}

/** Where a moment lies: its stage, and the share of the stage that is over. */
function place(profile: Profile, progress: number): { stage: Stage; share: number } {
  let rest = progress * profileSeconds(profile);
  for (const stage of profile) {
    if (rest < stage.seconds) return { stage, share: rest / stage.seconds };
    rest -= stage.seconds;
  }
  return { stage: profile[profile.length - 1], share: 1 };
}

/**
 * The phase of a moment.
 *
 * @param progress share of the scenario that is over, [0, 1]
 */
export function phaseAt(profile: Profile, progress: number): string {
  return place(profile, progress).stage.phase;
}

/**
 * Forecasts offered a second at a moment.
 *
 * @param progress share of the scenario that is over, [0, 1]
 */
export function rateAt(profile: Profile, progress: number): number {
  const { stage: { from, to }, share } = place(profile, progress);
  return from + (to - from) * share;
}

/** k6 wants whole iterations a unit of time: a minute leaves rates as low as one in a minute. */
export function perMinute(rate: number): number {
  return Math.max(1, Math.round(60 * rate));
}

/** The stages of k6's ramping-arrival-rate; a jump between two is a stage of no length. */
export function rateStages(profile: Profile): RateStage[] {
  return profile.flatMap(({ from, to, seconds }, i) => [
    ...(i > 0 && profile[i - 1].to !== from ? [{ target: perMinute(from), duration: "0s" }] : []),
    { target: perMinute(to), duration: `${Math.max(1, Math.round(seconds * 1000))}ms` },
  ]);
}
