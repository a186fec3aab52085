/**
 * One replica and the series it holds. The replica takes turns, and each is one call: for the request
 * that has had least, prefill one more of its series where there is room, else advance those it has by
 * a chunk. Who has no part in a call waits for it, so a call is the longest that anybody waits for his
 * turn; who may share it without holding others up does.
 */
import type { Replica, SeriesChunk, SeriesInput } from "../inference/engine.ts";
import { type ReplicaFault, replicaFault } from "../inference/replica_fault.ts";
import { FEATURES } from "../kronos/architecture.ts";
import type { PendingRequest, SeriesJob } from "./pending_request.ts";
import { ResidentSeries } from "./resident_series.ts";
import type { SchedulerSettings } from "./scheduler.ts";

/** Series of one cohort at the same step. */
type Group = readonly ResidentSeries[];

/** What a replica does next. */
type Turn =
  | { readonly kind: "prefill"; readonly request: PendingRequest }
  | { readonly kind: "decode"; readonly group: Group };

/** Share of a replica's room for requests that hold a part of it already. */
const SHARE_OF_REQUEST = 1 / 2;

/** Share of it for new requests of clients that hold a part of it: the rest is for other clients. */
const SHARE_OF_CLIENT = 3 / 4;

/** Who hears of the model's work as it is done; must not throw. */
export interface WorkEvents {
  /** A series was prefilled: candles that the model has read. */
  onPrefill(candles: number): void;
  /** A decode call is done: its sample paths, and the candles that they gained together. */
  onDecode(rows: number, candles: number): void;
}

/** Where a lane finds work, and whom it tells of work and failures. */
export interface LaneSource extends WorkEvents {
  /** Unsettled requests, in the order in which their turn comes. */
  requests(): readonly PendingRequest[];
  /** Resolves when the replicas are about to be closed. */
  readonly closing: Promise<void>;
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
  /** What the replica holds, in the order of prefill. */
  #residents: Group = [];
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
      await this.#renewIfWorn();
      const turn = this.#nextTurn();
      if (turn?.kind === "prefill") await this.#prefill(turn.request);
      if (turn?.kind === "decode") await this.#decode(turn.group);
    } while (
      this.#residents.length > 0 || this.#leaving.length > 0 || this.#nextTurn() !== undefined
    );
    this.#busy = false;
  }

  /** Where it is worn, a replica takes no more series, finishes those it has, and is renewed. */
  async #renewIfWorn(): Promise<void> {
    if (!this.#replica.worn || this.#residents.length > 0) return;
    await Promise.race([this.#replica.renew(), this.#source.closing]);
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
    this.#leave((series) => series.request.settled);
  }

  #leave(leaves: (series: ResidentSeries) => boolean): void {
    this.#leaving.push(...this.#residents.filter(leaves).map(({ handle }) => handle));
    this.#residents = this.#residents.filter((series) => !leaves(series));
  }

  /** For the first request, in the order of shares, that can go on here; undefined where none can. */
  #nextTurn(): Turn | undefined {
    const held = this.#residents.filter(({ request }) => !request.settled);
    let isFull = false;
    const waiting: PendingRequest[] = [];
    for (const request of this.#source.requests()) {
      const own = held.filter((series) => series.request === request);
      const behind = isFull || waiting.some((other) => other.share.isOfClientOf(request.share));
      if (!behind && this.#mayEnter(request, held)) return { kind: "prefill", request };
      if (own.length > 0) return { kind: "decode", group: this.#groupOf(own, held) };
      if (request.nextJob === undefined) continue;
      // Nobody who comes after takes the room that it waits for.
      waiting.push(request);
      isFull ||= !this.#hasRoom(request.nextJob, held, 1);
    }
    return undefined;
  }

  /**
   * Whether the next series of a request may enter. What a request or its client holds already leaves a
   * part of the room to others.
   */
  #mayEnter(request: PendingRequest, held: Group): boolean {
    const job = request.nextJob;
    if (job === undefined || this.#replica.worn) return false;
    const own = held.filter((series) => series.request === request);
    if (own.length > 0) {
      return rowsOf(own) + job.paths <= this.#settings.maxRows &&
        this.#hasRoom(job, held, SHARE_OF_REQUEST);
    }
    const client = held.some((series) => series.request.share.isOfClientOf(request.share));
    return this.#hasRoom(job, held, client ? SHARE_OF_CLIENT : 1);
  }

  /** Whether a series fits into a share of the room; into an empty replica any fits. */
  #hasRoom(job: SeriesJob, held: Group, share: number): boolean {
    if (held.length === 0) return true;
    const tokens = held.reduce((sum, series) => sum + series.job.tokens, job.tokens);
    return held.length < share * this.#settings.maxPrefilledSeries &&
      tokens <= share * this.#settings.maxPrefilledTokens;
  }

  /**
   * The furthest of a request's series, so that they make room, and what may join them: of other
   * requests at the same step, in their order, as many rows each as the request has itself. So nobody
   * waits for more rows of one other request than his own, and a batch stays together.
   */
  #groupOf(own: Group, held: Group): Group {
    const first = own.reduce((a, b) => b.step > a.step ? b : a);
    const joins = (series: ResidentSeries): boolean =>
      series.cohort === first.cohort && series.step === first.step;
    const group: ResidentSeries[] = [];
    for (const series of own.filter(joins)) {
      if (group.length === 0 || rowsOf(group) + series.paths <= this.#settings.maxRows) {
        group.push(series);
      }
    }
    const most = rowsOf(group);
    const others = Map.groupBy(held.filter(joins), (series) => series.request);
    for (const request of this.#source.requests()) {
      const companions = request === first.request ? [] : others.get(request) ?? [];
      const rows = rowsOf(companions);
      if (rows <= most && rowsOf(group) + rows <= this.#settings.maxRows) group.push(...companions);
    }
    return group;
  }

  async #prefill(request: PendingRequest): Promise<void> {
    const job = request.takeJob();
    let input: ReturnType<SeriesJob["prepare"]>;
    try {
      input = job.prepare();
    } catch (error) {
      request.fail(error);
      return;
    }
    try {
      const prefilled = await this.#call(() => this.#replica.prefill(input));
      this.#source.onPrefill(candlesOf(input));
      request.share.charge(prefilled.tokenizeMs + prefilled.prefillMs);
      const series = new ResidentSeries(request, job, input, prefilled);
      this.#residents = [...this.#residents, series];
    } catch (thrown) {
      const fault = replicaFault(thrown);
      this.#source.retryOrFail(request, job, fault, true);
      this.#forgetIfLost(fault);
    }
  }

  async #decode(group: Group): Promise<void> {
    try {
      const { chunks, decodeMs } = await this.#call(
        () => this.#replica.decode(group.map(({ handle }) => handle), this.#settings.chunkSteps),
      );
      this.#source.onDecode(rowsOf(group), gained(chunks));
      const byHandle = new Map(chunks.map((chunk) => [chunk.handle, chunk]));
      const rows = rowsOf(group);
      for (const series of group) {
        series.request.share.charge(decodeMs * series.paths / rows);
        series.advance(byHandle.get(series.handle), decodeMs);
      }
    } catch (thrown) {
      const fault = replicaFault(thrown);
      for (const { request, job } of group) this.#source.retryOrFail(request, job, fault, true);
      // What is tried again begins anew.
      this.#leave((series) => group.includes(series));
      this.#forgetIfLost(fault);
    }
    this.#leave((series) => series.finished);
  }

  /** Where the replica is lost, its series begin anew elsewhere. */
  #forgetIfLost(fault: ReplicaFault): void {
    if (!fault.losesReplica) return;
    const bystanders = this.#residents;
    this.#residents = [];
    this.#leaving = [];
    for (const { request, job } of bystanders) this.#source.retryOrFail(request, job, fault, false);
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
