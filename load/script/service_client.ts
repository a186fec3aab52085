/** A client of the service that judges every answer and counts it. */
import { check } from "k6";
import exec from "k6/execution";
import http, { type RefinedResponse } from "k6/http";
import type { LoadOptions } from "./load_options.ts";
import {
  countForecast,
  measureForecast,
  type Outcome,
  recordMemoryGrowth,
  type Tags,
} from "./measures.ts";
import { phaseAt, type Profile } from "./profile.ts";
import { SeriesTexts } from "./series_texts.ts";
import { windowAt } from "./time_windows.ts";

/** Failures that one client prints; the others are only counted. */
const PRINTED_FAILURES = 3;

/** Longer than the service gives a request (`KRONOS_REQUEST_TIMEOUT`): it answers first. */
const TIMEOUT = "305s";

type TextResponse = RefinedResponse<"text">;

/** What came, and what its request was tagged with when it was begun. */
interface Answer {
  readonly response: TextResponse;
  readonly tags: Tags;
}

/** One candle of an answer. */
interface AnsweredCandle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Whether a prediction has every step, and every step is a candle. */
function isForecast(prediction: readonly AnsweredCandle[] | undefined, horizon: number): boolean {
  return prediction?.length === horizon &&
    prediction.every(({ open, high, low, close }) =>
      low <= Math.min(open, close) && Math.max(open, close) <= high
    );
}

/** Sends requests of every kind; one for each virtual user. */
export class ServiceClient {
  readonly #load: LoadOptions;
  readonly #profile: Profile;
  readonly #texts: SeriesTexts;
  readonly #headers: Readonly<Record<string, string>>;
  #printed = 0;
  #firstMemoryMb: number | null = null;

  /** In k6's init context. */
  constructor(load: LoadOptions, profile: Profile) {
    this.#load = load;
    this.#profile = profile;
    this.#texts = new SeriesTexts(load);
    this.#headers = {
      "Content-Type": "application/json",
      ...(load.apiKey === "" ? {} : { Authorization: `Bearer ${load.apiKey}` }),
    };
  }

  /** Asks for a forecast of one series. */
  single(): void {
    const request = this.#post("single", this.#texts.single(exec.scenario.iterationInTest));
    this.#count(request, ({ response }) => {
      const prediction = response.json("prediction") as unknown as AnsweredCandle[] | undefined;
      return isForecast(prediction, this.#load.horizon);
    });
  }

  /** Asks for forecasts of several series in one request. */
  batch(series: number): void {
    const text = this.#texts.batch(exec.scenario.iterationInTest, series);
    this.#count(this.#post("batch", text), ({ response }) => {
      const answers = response.json() as unknown as { prediction: AnsweredCandle[] }[];
      return answers.length === series &&
        answers.every(({ prediction }) => isForecast(prediction, this.#load.horizon));
    });
  }

  /** Sends a request that the service must refuse, naming the field. */
  invalid(): void {
    const text = this.#texts.invalid(exec.scenario.iterationInTest);
    const { response } = this.#post("invalid", text);
    check(response, {
      "an invalid request is a 422 that names the field": ({ status }) =>
        status === 422 && response.json("error.details.field") === "candles.low",
    });
  }

  /** Asks for liveness; green whatever the load. */
  alive(): void {
    const response = this.#get("probe", "/v1/healthz");
    check(response, { "the service is alive": ({ status }) => status === 200 });
  }

  /** Asks for one page after the other; all must be there. */
  nextPage(paths: readonly string[]): void {
    const path = paths[exec.scenario.iterationInTest % paths.length];
    const response = this.#get("page", path);
    check(response, { [`${path} is answered`]: ({ status }) => status === 200 });
  }

  /** Asks how much memory the service has; in a phase, how much above the phase's first answer. */
  memory(phase: string): void {
    const response = this.#get("page", "/v1/healthz/detailed");
    if (phaseAt(this.#profile, exec.scenario.progress) !== phase) return;
    const megabytes = Number(response.json("checks.memory.process_mb"));
    this.#firstMemoryMb ??= megabytes;
    recordMemoryGrowth(megabytes - this.#firstMemoryMb);
  }

  /** Of a request that is begun now. */
  #tags(kind: string): Record<string, string> {
    const { progress } = exec.scenario;
    return {
      kind,
      phase: phaseAt(this.#profile, progress),
      window: windowAt(progress),
    };
  }

  #get(kind: string, path: string): TextResponse {
    return http.get(this.#load.baseUrl + path, {
      headers: { ...this.#headers },
      tags: { ...this.#tags(kind), name: path },
      responseType: "text",
    });
  }

  #post(kind: "single" | "batch" | "invalid", text: string): Answer {
    const path = kind === "batch" ? "/v1/predict/batch" : "/v1/predict/single";
    const tags = this.#tags(kind);
    const response = http.post(this.#load.baseUrl + path, text, {
      headers: { ...this.#headers },
      tags: { ...tags, name: path },
      responseType: "text",
      responseCallback: http.expectedStatuses(...(kind === "invalid" ? [422] : [200, 429, 503])),
      timeout: TIMEOUT,
    });
    return { response, tags };
  }

  #count(answer: Answer, isForecast: (answer: Answer) => boolean): void {
    const { response } = answer;
    const outcome = outcomeOf(response, () => isForecast(answer));
    const servedBy = response.headers["X-Served-By"] ?? "";
    const exempt = String(servedBy !== "" && servedBy === this.#load.exemptServer);
    const tags = { ...answer.tags, exempt };
    countForecast(outcome, tags);
    if (outcome === "failed") this.#print(answer);
    if (outcome === "answered") {
      measureForecast(response.timings.duration, response.headers["Server-Timing"] ?? "", tags);
    }
  }

  #print({ response: { status, error, body }, tags: { kind } }: Answer): void {
    if (this.#printed++ >= PRINTED_FAILURES) return;
    console.error(`${kind} failed: ${status} ${error} ${(body ?? "").slice(0, 300)}`);
  }
}

function outcomeOf(response: TextResponse, isAnswer: () => boolean): Outcome {
  if (response.status === 200) return isAnswer() ? "answered" : "failed";
  const refuses = response.status === 429 || response.status === 503;
  return refuses && /^[1-9]\d*$/.test(response.headers["Retry-After"] ?? "") ? "refused" : "failed";
}
