/**
 * Shares the replicas of one model among requests: which request's series goes next, and what becomes
 * of a series whose call failed. What one replica does with its series is in `lane.ts`.
 */
import type { Replica } from "../inference/engine.ts";
import type { ReplicaFault } from "../inference/replica_fault.ts";
import { InferenceFailedError, ModelNotReadyError } from "./errors.ts";
import { type Claim, FairShare, UNCLAIMED } from "./fair_share.ts";
import { Lane, type WorkEvents } from "./lane.ts";
import { PendingRequest, type SeriesJob } from "./pending_request.ts";
import { DEFAULT_RETRY_SETTINGS, retryDelayMs, type RetrySettings } from "./retry_policy.ts";

/** Limits of the batching policy; each a whole number of at least 1. */
export interface SchedulerSettings {
  /** Steps a decode call advances: how often series join, leave and are cancelled. */
  readonly chunkSteps: number;
  /**
   * Sample paths in one decode call, and of one request in one replica: more paths share the
   * reading of the weights, and hold the others up for longer. One series always goes, however many
   * paths it has.
   */
  readonly maxRows: number;
  /**
   * Series whose context one replica holds at a time. Half of the places are kept for requests that
   * have no series in the replica yet, a quarter for clients that have none.
   */
  readonly maxPrefilledSeries: number;
  /** Tokens of these series, generated ones included: each costs the memory of its keys and values. */
  readonly maxPrefilledTokens: number;
}

/** Where nothing is set; past some tens of rows a decode call gains nothing by more of them. */
export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = {
  chunkSteps: 16,
  maxRows: 32,
  maxPrefilledSeries: 64,
  maxPrefilledTokens: 2 ** 20,
};

/** How much is asked for at this moment, in requests. */
export interface QueueFacts {
  /** Requests of which no series has been taken to a replica. */
  readonly waiting: number;
  /** Requests that are being worked on. */
  readonly running: number;
}

/** What happens when a call to a replica fails. */
export interface FailureHandling {
  /** How often and how fast a series is tried again. */
  readonly retry: RetrySettings;
  /** Told of each failed call, for the log; must not throw. */
  readonly onReplicaError: (fault: ReplicaFault) => void;
  /** Told of each series that will be tried again; must not throw. */
  readonly onRetry: (fault: ReplicaFault) => void;
}

const DEFAULT_FAILURE_HANDLING: FailureHandling = {
  retry: DEFAULT_RETRY_SETTINGS,
  onReplicaError: () => {},
  onRetry: () => {},
};

const UNWATCHED: WorkEvents = { onPrefill: () => {}, onDecode: () => {} };

/** Shares the replicas of one model among requests. */
export class Scheduler {
  readonly #lanes: readonly Lane[];
  readonly #failures: FailureHandling;
  readonly #work: WorkEvents;
  readonly #closing = Promise.withResolvers<void>();
  readonly #shares = new FairShare();
  /** Unsettled requests, in the order in which they came. */
  #requests: PendingRequest[] = [];
  #closed = false;

  /** Takes over the replicas: nobody else may call them. */
  constructor(
    replicas: readonly Replica[],
    settings: SchedulerSettings,
    failures: Partial<FailureHandling> = {},
    work: WorkEvents = UNWATCHED,
  ) {
    if (replicas.length === 0) throw new Error("Cannot schedule: the engine has no replica");
    for (const [name, value] of Object.entries(settings)) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new RangeError(`Cannot schedule: ${name} is ${value}, not a whole number from 1`);
    }
    this.#work = work;
    this.#failures = { ...DEFAULT_FAILURE_HANDLING, ...failures };
    this.#lanes = replicas.map((replica) => this.#lane(replica, settings));
  }

  #lane(replica: Replica, settings: SchedulerSettings): Lane {
    return new Lane(replica, settings, {
      requests: () => this.#requests.toSorted((a, b) => a.share.compare(b.share)),
      closing: this.#closing.promise,
      onPrefill: this.#work.onPrefill,
      onDecode: this.#work.onDecode,
      onFault: this.#failures.onReplicaError,
      retryOrFail: (request, job, fault, ownCall) =>
        this.#retryOrFail(request, job, fault, ownCall),
    });
  }

  /**
   * Runs the series of one request; resolves when each has been handed to its job's `finish`. A series
   * that fails for a reason that passes is tried again, after a pause.
   *
   * @param signal rejects the promise at once with its reason; the series leave their replicas
   *   before the next call
   * @param claim whose time they take, and until when they are of use
   * @throws InferenceFailedError where the model fails on one of the series
   * @throws ModelNotReadyError after `close()`
   */
  async submit(
    jobs: readonly SeriesJob[],
    signal: AbortSignal,
    claim: Claim = UNCLAIMED,
  ): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw new ModelNotReadyError("Cannot forecast: the model is closed");
    if (jobs.length === 0) return;
    const share = this.#shares.open(claim);
    const request = new PendingRequest(jobs, signal, share, (settled) => {
      share.close();
      this.#requests = this.#requests.filter((other) => other !== settled);
    });
    this.#requests.push(request);
    this.#wakeLanes();
    await request.settlement;
  }

  /** How much waits and runs. */
  queue(): QueueFacts {
    const running = this.#requests.filter((request) => request.started).length;
    return { waiting: this.#requests.length - running, running };
  }

  /** Rejects what is unfinished and waits until no replica works for it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const request of this.#requests) {
      request.fail(new ModelNotReadyError("Cannot finish the forecast: the model is closed"));
    }
    this.#closing.resolve();
    await Promise.all(this.#lanes.map((lane) => lane.turns));
  }

  #wakeLanes(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  #retryOrFail(
    request: PendingRequest,
    job: SeriesJob,
    fault: ReplicaFault,
    ownCall: boolean,
  ): void {
    if (request.settled) return;
    const { retry, onRetry } = this.#failures;
    const delayMs = retryDelayMs(retry, fault, request.countFailure(job), ownCall);
    if (delayMs === null) {
      request.fail(
        new InferenceFailedError(`Cannot forecast the series: the model failed (${fault.kind})`, {
          cause: fault.cause ?? fault,
          kind: fault.kind,
        }),
      );
      return;
    }
    onRetry(fault);
    request.retry(job, delayMs, () => this.#wakeLanes());
  }
}
