/**
 * One replica and the series it holds. The replica takes turns: forget what nobody wants any more,
 * prefill a few waiting series (one of each request in rotation), form groups of prefilled ones, then
 * advance the group at the head of the line by one chunk and send it to the back. So a short request
 * behind a long one waits for one chunk of each group before it, never for a whole forecast.
 */
import type { Replica, SeriesChunk, SeriesInput } from "../inference/engine.ts";
import { type ReplicaFault, replicaFault } from "../inference/replica_fault.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { PendingRequest, SeriesJob } from "./pending_request.ts";
import { ResidentSeries } from "./resident_series.ts";
import type { SchedulerSettings } from "./scheduler.ts";

/** Series of one cohort at the same step. */
type Group = readonly ResidentSeries[];

/** Who hears of the model's work as it is done; must not throw. */
export interface WorkEvents {
  /** A series was prefilled: candles that the model has read. */
  onPrefill(candles: number): void;
  /** A decode call is done: its sample paths, and the candles that they gained together. */
  onDecode(rows: number, candles: number): void;
}

/** Where a lane finds work, and whom it tells of work and failures. */
export interface LaneSource extends WorkEvents {
  /** Unsettled requests, in the order in which their next series may enter. */
  readonly requests: readonly PendingRequest[];
  /** Resolves when the replicas are about to be closed. */
  readonly closing: Promise<void>;
  /** A request whose series was taken comes after the others. */
  toBack(request: PendingRequest): void;
  /** A call to the replica failed. */
  onFault(fault: ReplicaFault): void;
  /**
   * A series has to begin anew, or fails its request.
   *
   * @param ownCall whether the call that failed was for it
   */
  retryOrFail(request: PendingRequest, job: SeriesJob, fault: ReplicaFault, ownCall: boolean): void;
}

/** The turns of one replica. */
export class Lane {
  /** Resolves when the lane has run out of work. */
  turns: Promise<void> = Promise.resolve();
  readonly #replica: Replica;
  readonly #settings: SchedulerSettings;
  readonly #source: LaneSource;
  /** Prefilled and not yet in a group, in the order of their prefill. */
  #gathering: ResidentSeries[] = [];
  /** The line of groups; the first is next. */
  #groups: Group[] = [];
  /** Handles to release before the next call. */
  #leaving: number[] = [];
  #busy = false;

  /** Nobody else may call the replica. */
  constructor(replica: Replica, settings: SchedulerSettings, source: LaneSource) {
    this.#replica = replica;
    this.#settings = settings;
    this.#source = source;
  }

  /** There may be work. */
  wake(): void {
    if (!this.#busy) this.turns = this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    this.#busy = true;
    do {
      // A lost replica takes nothing with it here: its series have gone back to their requests.
      await Promise.race([this.#replica.available(), this.#source.closing]);
      await this.#releaseLeaving();
      await this.#prefillWaiting();
      await this.#releaseLeaving();
      this.#formGroups();
      await this.#decodeFirstGroup();
    } while (this.#residents.length > 0 || this.#leaving.length > 0 || this.#next());
    this.#busy = false;
  }

  get #residents(): Group {
    return [...this.#gathering, ...this.#groups.flat()];
  }

  async #releaseLeaving(): Promise<void> {
    // More may become unwanted during a release.
    for (this.#dropUnwanted(); this.#leaving.length > 0; this.#dropUnwanted()) {
      const handles = this.#leaving;
      this.#leaving = [];
      try {
        await this.#call(() => this.#replica.release(handles));
      } catch (thrown) {
        this.#forgetIfLost(replicaFault(thrown)); // their requests are settled: nobody is to be told
      }
    }
  }

  /** Moves the series of settled requests out of the lane. */
  #dropUnwanted(): void {
    for (const series of this.#residents) {
      if (series.request.settled) this.#leaving.push(series.handle);
    }
    const wanted = (series: ResidentSeries) => !series.request.settled;
    this.#gathering = this.#gathering.filter(wanted);
    this.#groups = this.#groups.map((group) => group.filter(wanted)).filter((group) =>
      group.length > 0
    );
  }

  async #prefillWaiting(): Promise<void> {
    for (let count = 0; count < this.#settings.prefillsPerTurn; count++) {
      const request = this.#next();
      if (request === undefined) return;
      this.#source.toBack(request);
      if (!await this.#prefill(request)) return;
    }
  }

  /** Whether the replica is still there. */
  async #prefill(request: PendingRequest): Promise<boolean> {
    const job = request.takeJob();
    let input: ReturnType<SeriesJob["prepare"]>;
    try {
      input = job.prepare();
    } catch (error) {
      request.fail(error);
      return true;
    }
    try {
      const prefilled = await this.#call(() => this.#replica.prefill(input));
      this.#source.onPrefill(candlesOf(input));
      this.#gathering.push(new ResidentSeries(request, job, input, prefilled));
      return true;
    } catch (thrown) {
      const fault = replicaFault(thrown);
      this.#source.retryOrFail(request, job, fault, true);
      return !this.#forgetIfLost(fault);
    }
  }

  /** The first request, in rotation, of which a series may enter the replica now. */
  #next(): PendingRequest | undefined {
    const held = this.#residents;
    return this.#source.requests.find((request) => this.#mayEnter(request, held));
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

  #formGroups(): void {
    for (const members of Map.groupBy(this.#gathering, (series) => series.cohort).values()) {
      const ready = members.filter((series) => this.#gainsNothingByWaiting(series));
      if (ready.length === 0 && rowsOf(members) < this.#settings.maxRows) continue;
      const group: ResidentSeries[] = [];
      for (const series of new Set([...ready, ...members])) {
        const rows = rowsOf(group) + series.paths;
        if (group.length === 0 || rows <= this.#settings.maxRows) group.push(series);
      }
      this.#groups.push(group);
      this.#gathering = this.#gathering.filter((series) => !group.includes(series));
    }
  }

  /**
   * Whether no other series of the request can join this one soon: none waits, or none may enter
   * and none that is running here will make room.
   */
  #gainsNothingByWaiting({ request }: ResidentSeries): boolean {
    if (request.nextJob === undefined) return true;
    if (this.#mayEnter(request, this.#residents)) return false;
    return !this.#groups.some((group) => group.some((other) => other.request === request));
  }

  async #decodeFirstGroup(): Promise<void> {
    const group = this.#groups.shift();
    if (group === undefined) return;
    const handles = group.map((series) => series.handle);
    let lost = false;
    try {
      const { chunks, decodeMs } = await this.#call(
        () => this.#replica.decode(handles, this.#settings.chunkSteps),
      );
      this.#source.onDecode(rowsOf(group), gained(chunks));
      const byHandle = new Map(chunks.map((chunk) => [chunk.handle, chunk]));
      for (const series of group) series.advance(byHandle.get(series.handle), decodeMs);
    } catch (thrown) {
      const fault = replicaFault(thrown);
      for (const { request, job } of group) this.#source.retryOrFail(request, job, fault, true);
      lost = this.#forgetIfLost(fault);
    }
    if (lost) return;
    const staying = group.filter((series) => !series.finished);
    this.#leaving.push(...group.filter((series) => series.finished).map(({ handle }) => handle));
    if (staying.length > 0) this.#groups.push(staying);
  }

  /** Where the replica is lost, its series begin anew elsewhere; whether it is. */
  #forgetIfLost(fault: ReplicaFault): boolean {
    if (!fault.losesReplica) return false;
    const bystanders = this.#residents;
    this.#gathering = [];
    this.#groups = [];
    this.#leaving = [];
    for (const { request, job } of bystanders) this.#source.retryOrFail(request, job, fault, false);
    return true;
  }

  async #call<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (thrown) {
      const fault = replicaFault(thrown);
      this.#source.onFault(fault);
      throw fault;
    }
  }
}

function rowsOf(group: Group): number {
  return group.reduce((rows, series) => rows + series.paths, 0);
}

function candlesOf({ features }: SeriesInput): number {
  return features.length / FEATURES;
}

/** Candles of all paths of all series in the call. */
function gained(chunks: readonly SeriesChunk[]): number {
  return chunks.reduce((sum, { candles }) => sum + candles.length / FEATURES, 0);
}
