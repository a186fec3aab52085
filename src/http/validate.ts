/** From the JSON value of a body to series to forecast; all problems of a request at once. */
import { Collector, isObject } from "./collector.ts";
import { MAX_ISSUES } from "./errors.ts";
import { throwIssues } from "./throw_issues.ts";
import { validateSeries, type ValidationContext, type ValidSeries } from "./validate_series.ts";

/** Rows of the answer: mean, quantiles and samples of every series. */
function checkResponseRows(
  collector: Collector,
  valid: readonly ValidSeries[],
  limit: number,
): void {
  const rows = valid.reduce(
    (sum, { request: { horizon, quantiles, includeSamples, paths } }) =>
      sum + horizon * (1 + quantiles.length + (includeSamples ? paths : 0)),
    0,
  );
  if (rows <= limit) return;
  const message = `asks for ${rows} candles, more than ${limit} (KRONOS_MAX_RESPONSE_ROWS)`;
  collector.add([], message, "max_response_rows");
}

/**
 * The body of a single request.
 *
 * @throws ApiError ValidationError with every problem
 */
export function validateSingle(document: unknown, context: ValidationContext): ValidSeries[] {
  const collector = new Collector([], []);
  if (!isObject(document)) collector.add([], "must be a JSON object", "object");
  const valid = isObject(document)
    ? validateSeries(collector, document, false, context)
    : undefined;
  const all = valid === undefined ? [] : [valid];
  checkResponseRows(collector, all, context.config.maxResponseRows);
  throwIssues(document, collector.issues);
  return all;
}

/**
 * The body of a batch: an invalid item refuses all of it.
 *
 * @throws ApiError ValidationError with every problem
 */
export function validateBatch(document: unknown, context: ValidationContext): ValidSeries[] {
  const root = new Collector([], []);
  const { maxBatchItems, maxResponseRows } = context.config;
  const valid: ValidSeries[] = [];
  if (!isObject(document)) root.add([], "must be a JSON object", "object");
  else {
    const all = root.below("items");
    const items = all.entries(document.items, maxBatchItems, "KRONOS_MAX_BATCH_ITEMS") ?? [];
    for (const [i, item] of items.entries()) {
      // No more would be told: one body can hold a million problems.
      if (root.issues.length >= MAX_ISSUES) break;
      if (!isObject(item)) all.add([i], "must be an object", "object");
      else {
        const series = validateSeries(all.below(i), item, true, context);
        if (series !== undefined) valid.push(series);
      }
    }
  }
  checkResponseRows(root, valid, maxResponseRows);
  throwIssues(document, root.issues);
  return valid;
}
