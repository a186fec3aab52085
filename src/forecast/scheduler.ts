/**
 * The batching policy: which series enter a replica, which advance together, and in what turn.
 *
 * Each replica takes turns: forget what nobody wants any more, prefill a few waiting series (one
 * of each request in rotation), form groups of prefilled ones, then advance the group at the head
 * of the line by one chunk and send it to the back. So a short request behind a long one waits for
 * one chunk of each group before it, never for a whole forecast.
 */
import type { Replica } from "../inference/engine.ts";
import { InferenceFailedError, ModelNotReadyError } from "./errors.ts";
import { PendingRequest, type SeriesJob } from "./pending_request.ts";
import { ResidentSeries } from "./resident_series.ts";

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
   * Series whose context one replica holds at a time: each costs the memory of its keys and values.
   * Half of the places are kept for requests that have no series in the replica yet.
   */
  readonly maxPrefilledSeries: number;
  /** Prefills before the next decode call: more fill groups better, and hold the others up for longer. */
  readonly prefillsPerTurn: number;
}

/** Where nothing is set; past some tens of rows a decode call gains little by more of them. */
export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = {
  chunkSteps: 16,
  maxRows: 64,
  maxPrefilledSeries: 64,
  prefillsPerTurn: 4,
};

/** How much is asked for at this moment, in requests. */
export interface QueueFacts {
  /** Requests of which no series has been taken to a replica. */
  readonly waiting: number;
  /** Requests that are being worked on. */
  readonly running: number;
  /** Most requests that may wait; null for no limit. */
  readonly limit: number | null;
}

/** Series of one cohort at the same step. */
type Group = readonly ResidentSeries[];

/** A replica and the series it holds. */
interface Lane {
  readonly replica: Replica;
  /** Prefilled and not yet in a group, in the order of their prefill. */
  gathering: ResidentSeries[];
  /** The line of groups; the first is next. */
  groups: Group[];
  /** Handles to release before the next call. */
  leaving: number[];
  busy: boolean;
  /** Resolves when the lane has run out of work. */
  turns: Promise<void>;
}

/** Shares the replicas of one model among requests. */
export class Scheduler {
  readonly #lanes: readonly Lane[];
  readonly #settings: SchedulerSettings;
  readonly #onReplicaError: (error: unknown) => void;
  /** Unsettled requests, in the order in which their next series may enter a replica. */
  #requests: PendingRequest[] = [];
  #closed = false;

  /**
   * Takes over the replicas: nobody else may call them.
   *
   * @param onReplicaError told of each failed replica call, for the log; must not throw
   */
  constructor(
    replicas: readonly Replica[],
    settings: SchedulerSettings,
    onReplicaError: (error: unknown) => void,
  ) {
    if (replicas.length === 0) throw new Error("Cannot schedule: the engine has no replica");
    for (const [name, value] of Object.entries(settings)) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new RangeError(`Cannot schedule: ${name} is ${value}, not a whole number from 1`);
    }
    this.#settings = settings;
    this.#onReplicaError = onReplicaError;
    this.#lanes = replicas.map((replica) => ({
      replica,
      gathering: [],
      groups: [],
      leaving: [],
      busy: false,
      turns: Promise.resolve(),
    }));
  }

  /**
   * Runs the series of one request; resolves when each has been handed to its job's `finish`.
   *
   * @param signal rejects the promise at once with its reason; the series leave their replicas
   *   before the next call
   * @throws InferenceFailedError where the model fails on one of the series
   * @throws ModelNotReadyError after `close()`
   */
  async submit(jobs: readonly SeriesJob[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw new ModelNotReadyError("Cannot forecast: the model is closed");
    if (jobs.length === 0) return;
    const request = new PendingRequest(jobs, signal, (settled) => {
      this.#requests = this.#requests.filter((other) => other !== settled);
    });
    this.#requests.push(request);
    for (const lane of this.#lanes) if (!lane.busy) lane.turns = this.#takeTurns(lane);
    await request.settlement;
  }

  /** How much waits and runs. */
  queue(): QueueFacts {
    const running = this.#requests.filter((request) => request.started).length;
    return { waiting: this.#requests.length - running, running, limit: null };
  }

  /** Rejects what is unfinished and waits until no replica works for it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const request of this.#requests) {
      request.fail(new ModelNotReadyError("Cannot finish the forecast: the model is closed"));
    }
    await Promise.all(this.#lanes.map((lane) => lane.turns));
  }

  async #takeTurns(lane: Lane): Promise<void> {
    lane.busy = true;
    do {
      await this.#releaseLeaving(lane);
      await this.#prefillWaiting(lane);
      await this.#releaseLeaving(lane);
      this.#formGroups(lane);
      await this.#decodeFirstGroup(lane);
    } while (residents(lane).length > 0 || lane.leaving.length > 0 || this.#next(lane));
    lane.busy = false;
  }

  async #releaseLeaving(lane: Lane): Promise<void> {
    // More may become unwanted during a release.
    for (dropUnwanted(lane); lane.leaving.length > 0; dropUnwanted(lane)) {
      const handles = lane.leaving;
      lane.leaving = [];
      try {
        await lane.replica.release(handles);
      } catch (error) {
        this.#onReplicaError(error); // their requests are settled: nobody else can be told
      }
    }
  }

  async #prefillWaiting(lane: Lane): Promise<void> {
    for (let count = 0; count < this.#settings.prefillsPerTurn; count++) {
      const request = this.#next(lane);
      if (request === undefined) return;
      this.#requests = [...this.#requests.filter((other) => other !== request), request];
      await this.#prefill(lane, request);
    }
  }

  async #prefill(lane: Lane, request: PendingRequest): Promise<void> {
    const job = request.takeJob();
    try {
      const input = job.prepare();
      const prefilled = await this.#call("prefill the series", () => lane.replica.prefill(input));
      lane.gathering.push(new ResidentSeries(request, job, input, prefilled));
    } catch (error) {
      request.fail(error);
    }
  }

  /** The first request, in rotation, of which a series may enter the replica now. */
  #next(lane: Lane): PendingRequest | undefined {
    const held = residents(lane);
    return this.#requests.find((request) => this.#mayEnter(request, held));
  }

  /** A request has one series at least in the replica before another fills the second half of it. */
  #mayEnter(request: PendingRequest, held: Group): boolean {
    const { maxRows, maxPrefilledSeries } = this.#settings;
    const job = request.nextJob;
    if (job === undefined) return false;
    const rows = rowsOf(held.filter((series) => series.request === request));
    if (rows === 0) return held.length < maxPrefilledSeries;
    return held.length < maxPrefilledSeries / 2 && rows + job.paths <= maxRows;
  }

  #formGroups(lane: Lane): void {
    for (const members of Map.groupBy(lane.gathering, (series) => series.cohort).values()) {
      const ready = members.filter((series) => this.#gainsNothingByWaiting(series, lane));
      if (ready.length === 0 && rowsOf(members) < this.#settings.maxRows) continue;
      const group: ResidentSeries[] = [];
      for (const series of new Set([...ready, ...members])) {
        const rows = rowsOf(group) + series.paths;
        if (group.length === 0 || rows <= this.#settings.maxRows) group.push(series);
      }
      lane.groups.push(group);
      lane.gathering = lane.gathering.filter((series) => !group.includes(series));
    }
  }

  /**
   * Whether no other series of the request can join this one soon: none waits, or none may enter
   * and none that is running here will make room.
   */
  #gainsNothingByWaiting(series: ResidentSeries, lane: Lane): boolean {
    const { request } = series;
    if (request.nextJob === undefined) return true;
    if (this.#mayEnter(request, residents(lane))) return false;
    return !lane.groups.some((group) => group.some((other) => other.request === request));
  }

  async #decodeFirstGroup(lane: Lane): Promise<void> {
    const group = lane.groups.shift();
    if (group === undefined) return;
    const handles = group.map((series) => series.handle);
    try {
      const { chunks, decodeMs } = await this.#call(
        "decode the series",
        () => lane.replica.decode(handles, this.#settings.chunkSteps),
      );
      const byHandle = new Map(chunks.map((chunk) => [chunk.handle, chunk]));
      for (const series of group) series.advance(byHandle.get(series.handle), decodeMs);
    } catch (error) {
      for (const series of group) series.request.fail(error);
    }
    const staying = group.filter((series) => !series.finished);
    lane.leaving.push(...group.filter((series) => series.finished).map((series) => series.handle));
    if (staying.length > 0) lane.groups.push(staying);
  }

  async #call<Answer>(deed: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      this.#onReplicaError(error);
      throw new InferenceFailedError(`Cannot ${deed}: the model failed`, { cause: error });
    }
  }
}

function residents(lane: Lane): Group {
  return [...lane.gathering, ...lane.groups.flat()];
}

function rowsOf(group: Group): number {
  return group.reduce((rows, series) => rows + series.paths, 0);
}

/** Moves the series of settled requests out of the lane. */
function dropUnwanted(lane: Lane): void {
  for (const series of residents(lane)) {
    if (series.request.settled) lane.leaving.push(series.handle);
  }
  const wanted = (series: ResidentSeries) => !series.request.settled;
  lane.gathering = lane.gathering.filter(wanted);
  lane.groups = lane.groups.map((group) => group.filter(wanted)).filter((group) =>
    group.length > 0
  );
}
