/** Bodies of requests, written once and shared by all virtual users. */
import { SharedArray } from "k6/data";
import type { LoadOptions } from "./load_options.ts";
import { sentSeries } from "./series.ts";

/** Series that differ; each request has a seed of its own beside. */
const SERIES = 16;

/** Apart from each other, so that no two runs with other seeds ask for the same forecast. */
const SEEDS_OF_A_RUN = 1e6;

/** JSON by the number of the request: the same number is the same request. */
export class SeriesTexts {
  readonly #texts: readonly string[];
  readonly #firstSeed: number;

  /** In k6's init context. */
  constructor(load: LoadOptions) {
    this.#firstSeed = load.seed * SEEDS_OF_A_RUN;
    this.#texts = new SharedArray(
      "series",
      () =>
        Array.from({ length: SERIES }, (_, i) => JSON.stringify(sentSeries(load.seed + i, load))),
    );
  }

  /** One series. */
  single(request: number): string {
    const text = this.#texts[request % this.#texts.length];
    return `{"seed":${this.#firstSeed + request},${text.slice(1)}`;
  }

  /** Several. */
  batch(request: number, series: number): string {
    const items = Array.from({ length: series }, (_, i) => this.single(request * series + i));
    return `{"items":[${items.join(",")}]}`;
  }

  /** One series whose third candle has a low above its high. */
  invalid(request: number): string {
    const body = JSON.parse(this.single(request));
    body.candles[2].low = 2 * body.candles[2].high;
    return JSON.stringify(body);
  }
}
