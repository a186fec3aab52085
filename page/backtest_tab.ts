/// <reference lib="dom" />
/** The tab of backtests: asks, draws each window's forecast over what came, and says what it is worth. */
import type {
  BacktestRequest,
  BacktestStart,
  BacktestSummary,
  BacktestWindow,
} from "../clients/typescript/src/kronos_client.ts";
import { overallTable, type ScoreTable, stepTable } from "./backtest_tables.ts";
import { CandleChart } from "./candle_chart.ts";
import type { CandleRow } from "./candle_rows.ts";
import { CursorLegend } from "./cursor_legend.ts";
import { element } from "./element.ts";
import { BANDS, type Fan } from "./fan.ts";
import type { LoadedFile } from "./loaded_file.ts";
import { fillTable } from "./number_table.ts";
import { type Run, RunForm } from "./run_form.ts";
import type { TabPage } from "./forecast_tab.ts";

/** The most that a forecast sees where nobody says how much: the longest input of a model. */
const MAX_CONTEXT = 2048;

/** Candles in view before the first window, for each of its steps. */
const SEEN_PER_STEP = 1;

/** The request for these rows, of which no more are sent than windows and contexts need. */
function backtestRequest(
  { name, rows }: LoadedFile,
  numbers: Run["numbers"],
): { readonly request: BacktestRequest; readonly sent: readonly CandleRow[] } {
  const { horizon, windows, step, context, paths, seed } = numbers;
  const steps = horizon ?? 1;
  const needed = ((windows ?? 1) - 1) * (step ?? steps) + steps + (context ?? MAX_CONTEXT);
  const sent = rows.slice(-needed);
  const request = {
    series_id: name,
    candles: sent.map(({ cells }) => cells) as BacktestRequest["candles"],
    timestamps: sent.map(({ timestamp }) => timestamp),
    ...{ horizon, windows, step, context, seed },
    overrides: { sample_count: paths },
  };
  return { request, sent };
}

/** A window as the chart draws it; null where its times cannot be placed. */
function fanOf(
  { origin, last_close, timestamps, mean, bands }: BacktestWindow,
  { clock }: LoadedFile,
): Fan | null {
  const time = clock.time(origin);
  if (time === null) return null;
  const steps = timestamps.flatMap((timestamp, i) => {
    const at = clock.time(timestamp);
    const quantiles = BANDS.flatMap(({ percent, low, high }) => {
      const band = bands[String(percent / 100)];
      return band === undefined ? [] : [[low, band.low[i]], [high, band.high[i]]];
    });
    if (at === null) return [];
    return [{ time: at, close: mean[i], quantiles: Object.fromEntries(quantiles), candle: null }];
  });
  return { origin: { time, close: last_close }, steps, paths: [] };
}

/** The tab. */
export class BacktestTab {
  readonly #page: TabPage;
  readonly #panel = element(document, "#backtest", HTMLElement);
  readonly #chart = new CandleChart(element(this.#panel, ".chart", HTMLElement));
  readonly #legend = new CursorLegend(this.#panel);
  readonly #verdict = element(this.#panel, ".verdict", HTMLElement);
  readonly #scores = element(this.#panel, ".scores", HTMLElement);
  readonly #form: RunForm;
  #file: LoadedFile | null = null;
  #sent: readonly CandleRow[] = [];
  #fans: Fan[] = [];

  /** Wires the tab. */
  constructor(page: TabPage) {
    this.#page = page;
    this.#form = new RunForm(this.#panel, {
      run: (run) => this.#run(run),
      rows: () => this.#sent,
      keyNeeded: () => page.keyNeeded(),
    });
    this.#chart.onCursor((time) => this.#legend.show(time, this.#file, this.#fans));
  }

  /** Takes another file; the backtest of the one before is gone. */
  use(file: LoadedFile): void {
    this.#form.clear();
    this.#form.enable(true);
    this.#file = file;
    this.#forget();
    this.#chart.showCandles(file.candles);
  }

  #forget(): void {
    this.#fans = [];
    this.#verdict.textContent = "";
    this.#scores.hidden = true;
    this.#chart.showFans([]);
  }

  async #run({ signal, numbers, progress }: Run): Promise<string> {
    const file = this.#file;
    if (file === null) return "";
    const { request, sent } = backtestRequest(file, numbers);
    this.#sent = sent;
    this.#forget();
    let start: BacktestStart | null = null;
    for await (const { type, data } of this.#page.client().streamBacktest(request, { signal })) {
      signal.throwIfAborted(); // another file may be here by now
      if (type === "start") {
        start = data;
        const { windows, step, horizon } = data;
        this.#chart.lookBack((windows - 1) * step + horizon * (1 + SEEN_PER_STEP));
      } else if (type === "window") {
        const fan = fanOf(data, file);
        if (fan !== null) this.#fans = [...this.#fans, fan];
        this.#chart.showFans(this.#fans);
        progress(data.window, start?.windows ?? data.window);
      } else this.#finish(data);
    }
    if (start === null) return "";
    return `${start.windows} windows of ${start.horizon} steps, ${start.sample_count} paths each, ` +
      `from ${start.context} candles, seed ${start.seed}.`;
  }

  #finish(summary: BacktestSummary): void {
    this.#verdict.textContent = summary.sentence;
    const fill = (selector: string, { header, rows }: ScoreTable): void =>
      fillTable(element(this.#scores, selector, HTMLTableElement), header, rows);
    fill(".overall", overallTable(summary));
    fill(".by-step", stepTable(summary));
    this.#scores.hidden = false;
  }
}
