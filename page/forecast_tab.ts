/// <reference lib="dom" />
/** The tab of forecasts: asks, draws what streams in, gives it away as files. */
import type {
  KronosClient,
  PredictRequest,
  StreamCandle,
  StreamStart,
} from "../clients/typescript/src/kronos_client.ts";
import { CandleChart } from "./candle_chart.ts";
import { CursorLegend, shortNumber } from "./cursor_legend.ts";
import { element } from "./element.ts";
import { type Fan, LEVELS } from "./fan.ts";
import { type ForecastFiles, wireDownloads } from "./forecast_files.ts";
import type { LoadedFile } from "./loaded_file.ts";
import { fillTable } from "./number_table.ts";
import { predictionRequest } from "./prediction_request.ts";
import { showWarnings } from "./problem_list.ts";
import { problemsOf } from "./problems.ts";
import { type Run, RunForm } from "./run_form.ts";

/** What the tab needs of the page. */
export interface TabPage {
  /** Asks the service with the key that was given. */
  client(): KronosClient;
  /** Shows the field for a key. */
  keyNeeded(): void;
  /** Whether a key was given. */
  keyed(): boolean;
}

/** The tab. */
export class ForecastTab {
  readonly #page: TabPage;
  readonly #panel = element(document, "#forecast", HTMLElement);
  readonly #chart = new CandleChart(element(this.#panel, ".chart", HTMLElement));
  readonly #legend = new CursorLegend(this.#panel);
  readonly #numbers = element(this.#panel, ".numbers", HTMLElement);
  readonly #warnings = element(this.#panel, ".warnings", HTMLElement);
  readonly #downloads = element(this.#panel, ".downloads", HTMLElement);
  readonly #form: RunForm;
  #file: LoadedFile | null = null;
  #sent: readonly LoadedFile["rows"][number][] = [];
  #fan: Fan | null = null;
  #result: ForecastFiles | null = null;

  /** Wires the tab. */
  constructor(page: TabPage) {
    this.#page = page;
    this.#form = new RunForm(this.#panel, {
      run: (run) => this.#run(run),
      rows: () => this.#sent,
      keyNeeded: () => page.keyNeeded(),
    });
    this.#chart.onCursor((time) => this.#legend.show(time, this.#file, this.#fans()));
    wireDownloads(this.#downloads, () => this.#result);
  }

  /** Takes another file; what was forecast from the one before is gone. */
  use(file: LoadedFile): void {
    this.#form.clear();
    this.#form.enable(true);
    this.#file = file;
    this.#forget();
    this.#chart.showCandles(file.candles);
  }

  #fans(): readonly Fan[] {
    return this.#fan === null ? [] : [this.#fan];
  }

  #forget(): void {
    this.#fan = null;
    this.#result = null;
    this.#downloads.hidden = true;
    this.#numbers.hidden = true;
    this.#warnings.hidden = true;
  }

  async #run({ signal, numbers, progress }: Run): Promise<string> {
    const file = this.#file;
    if (file === null) return "";
    const { horizon, context, paths, temperature, seed } = numbers;
    const choice = { horizon: horizon ?? 1, paths: paths ?? 2, temperature, seed };
    this.#sent = file.rows.slice(-(context ?? 1));
    const request = predictionRequest(file.name, this.#sent, choice);
    this.#forget();
    this.#chart.showFans([]);
    this.#chart.lookAhead(choice.horizon);
    let start: StreamStart | null = null;
    for await (const { type, data } of this.#page.client().stream(request, { signal })) {
      signal.throwIfAborted(); // another file may be here by now
      if (type === "start") start = data;
      else if (type === "candle") {
        this.#grow(file, data);
        progress(data.step, start?.horizon ?? choice.horizon);
      } else {
        this.#finish(data.samples ?? []);
        showWarnings(this.#warnings, problemsOf(data.warnings ?? [], this.#sent));
      }
    }
    if (start === null) return "";
    this.#offer(file, request, start);
    return `${start.horizon} steps from ${start.sample_count} paths by ${start.model_version}, ` +
      `seed ${start.seed}.`;
  }

  /** Adds a step to the fan. */
  #grow(file: LoadedFile, { candle, quantiles }: StreamCandle): void {
    const origin = file.candles.at(-1);
    const time = file.clock.time(candle.timestamp);
    if (origin === undefined || time === null) return;
    const closes = Object.entries(quantiles).map(([level, { close }]) => [level, close]);
    const step = { time, close: candle.close, quantiles: Object.fromEntries(closes), candle };
    const steps = [...this.#fan?.steps ?? [], step];
    this.#fan = { origin, steps, paths: [] };
    this.#chart.showFans([this.#fan]);
  }

  /** Adds the paths, and the table of numbers. */
  #finish(paths: Fan["paths"]): void {
    if (this.#fan === null) return;
    this.#fan = { ...this.#fan, paths };
    this.#chart.showFans([this.#fan]);
    const header = ["time", "mean close", ...LEVELS.map((level) => `${level * 100}%`)];
    const rows = this.#fan.steps.map(({ candle, close, quantiles }) => [
      candle?.timestamp ?? "",
      ...[close, ...LEVELS.map((level) => quantiles[level])].map(shortNumber),
    ]);
    fillTable(element(this.#numbers, "table", HTMLTableElement), header, rows);
    this.#numbers.hidden = false;
  }

  /** Offers what came as files, with the seed that was used in the command. */
  #offer(file: LoadedFile, request: PredictRequest, { seed, model_version }: StreamStart): void {
    if (this.#fan === null) return;
    this.#result = {
      title: `${file.name}: ${this.#fan.steps.length} steps by ${model_version}, seed ${seed}`,
      rows: this.#sent,
      fan: this.#fan,
      request: { ...request, seed },
      keyed: this.#page.keyed(),
      picture: () => this.#chart.picture(),
    };
    this.#downloads.hidden = false;
  }
}
