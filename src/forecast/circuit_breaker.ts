/**
 * Gives a model that fails too often a rest: while the circuit is open, requests are refused at once;
 * after a cooldown one is let through, and what becomes of it decides.
 */
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhen,
} from "cockatiel";
import { CircuitOpenError, InferenceFailedError } from "./errors.ts";
import { FailureWindow, type FailureWindowSettings } from "./failure_window.ts";

/** `half_open`: one request is being tried. */
export type CircuitStateName = "closed" | "open" | "half_open";

/** When the circuit opens, and for how long. */
export interface CircuitSettings extends FailureWindowSettings {
  /** From opening to the next try, in milliseconds. */
  readonly cooldownMs: number;
}

/** A request that was to show whether the model works, and ended otherwise: by its client or deadline. */
class InconclusiveProbe extends Error {}

const NAMES: Readonly<Record<CircuitState, CircuitStateName>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half_open",
  [CircuitState.Isolated]: "open",
};

/** Opens on the rate of `InferenceFailedError`; every other error says nothing about the model. */
export class CircuitBreaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #cooldownMs: number;
  #openUntil = 0;

  /**
   * A closed circuit.
   *
   * @param onChange told of each new state; must not throw
   */
  constructor(settings: CircuitSettings, onChange: (state: CircuitStateName) => void = () => {}) {
    const window = new FailureWindow(settings);
    this.#cooldownMs = settings.cooldownMs;
    this.#policy = circuitBreaker(
      handleWhen((error) =>
        error instanceof InferenceFailedError || error instanceof InconclusiveProbe
      ),
      {
        halfOpenAfter: settings.cooldownMs,
        breaker: {
          state: null,
          success: () => window.success(),
          failure: () => window.failure(),
        },
      },
    );
    this.#policy.onStateChange((state) => {
      if (state === CircuitState.Open) this.#openUntil = Date.now() + this.#cooldownMs;
      // What led to the rest has been paid for.
      if (state === CircuitState.Closed) window.clear();
      onChange(NAMES[state]);
    });
  }

  /** Whether forecasts are let through. */
  get state(): CircuitStateName {
    return NAMES[this.#policy.state];
  }

  /**
   * Milliseconds until a request may be let through; null where one would be now. While one is tried,
   * that is as long as the next rest may be.
   */
  get retryAfterMs(): number | null {
    if (this.state === "closed") return null;
    if (this.state === "half_open") return this.#cooldownMs;
    const left = this.#openUntil - Date.now();
    return left > 0 ? left : null;
  }

  /**
   * Runs a forecast, unless the circuit is open.
   *
   * @throws CircuitOpenError where it is
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const { retryAfterMs } = this;
    if (retryAfterMs !== null) throw new CircuitOpenError(retryAfterMs);
    const probing = this.state !== "closed";
    try {
      return await this.#policy.execute(() => probing ? conclusive(work) : work());
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new CircuitOpenError(this.#cooldownMs);
      throw error instanceof InconclusiveProbe ? error.cause : error;
    }
  }
}

/** The model must not count as mended because a client left: the circuit opens again. */
async function conclusive<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InferenceFailedError) throw error;
    throw new InconclusiveProbe("The request ended before the model did", { cause: error });
  }
}
