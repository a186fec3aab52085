/** What a PromQL expression names, by Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql";

/** A metric that an expression selects. */
export interface Selected {
  /** As Prometheus calls it, `_bucket` and the like included. */
  readonly name: string;
  /** Labels that its selector holds it to. */
  readonly labels: readonly string[];
}

/** What an expression names. */
export interface Names {
  /** In the order of the expression. */
  readonly selected: readonly Selected[];
  /** Labels that it groups or matches by. */
  readonly grouping: readonly string[];
}

/**
 * Reads an expression; Grafana's variables may stand in it.
 *
 * @throws Error where it is not PromQL
 */
export function namesOf(expression: string): Names {
  const text = expression.replaceAll("$__rate_interval", "5m");
  const selected: { name: string; labels: string[] }[] = [];
  const grouping: string[] = [];
  let grouped = false;
  parser.parse(text).iterate({
    enter({ name, type, from, to }) {
      if (type.isError) throw new Error(`Cannot read PromQL at ${from}: ${text}`);
      if (name === "VectorSelector") selected.push({ name: "", labels: [] });
      if (name === "GroupingLabels") grouped = true;
      const last = selected.at(-1);
      if (name === "Identifier" && last !== undefined) last.name = text.slice(from, to);
      if (name !== "LabelName") return;
      if (grouped) grouping.push(text.slice(from, to));
      else last?.labels.push(text.slice(from, to));
    },
    leave({ name }) {
      if (name === "GroupingLabels") grouped = false;
    },
  });
  return { selected, grouping };
}
