/** The rules that are shipped, and with shorter durations. */
import { parse, stringify } from "yaml";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Where the rules are. */
export const RULES_FILE = `${ROOT}deploy/prometheus/kronos.rules.yml`;

/** One alert, or one recorded series. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An alert. */
export type Alert = Rule & { readonly alert: string };

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Every rule that is shipped. */
export async function shippedRules(): Promise<Rule[]> {
  const { groups }: RuleFile = parse(await Deno.readTextFile(RULES_FILE));
  return groups.flatMap(({ rules }) => rules);
}

/** Every alert that is shipped. */
export async function shippedAlerts(): Promise<Alert[]> {
  return (await shippedRules()).filter((rule): rule is Alert => rule.alert !== undefined);
}

/** `5m` divided by a number, as milliseconds. */
function shortened(duration: string, by: number): string {
  const [, count, unit] = /^(\d+)([smh])$/.exec(duration) ?? [];
  if (unit === undefined) throw new Error(`Cannot shorten ${duration}`);
  return `${Math.max(1, Math.round(Number(count) * MS[unit as keyof typeof MS] / by))}ms`;
}

/** The shipped rules with every duration divided, in ranges and in `for`; nothing else is changed. */
export async function shortenedRules(by: number): Promise<string> {
  const { groups }: RuleFile = parse(await Deno.readTextFile(RULES_FILE));
  const shorter = (rule: Rule): Rule => ({
    ...rule,
    expr: rule.expr.replace(/\[(\w+)\]/g, (_, range) => `[${shortened(range, by)}]`),
    ...(rule.for === undefined ? {} : { for: shortened(rule.for, by) }),
  });
  return stringify({
    groups: groups.map((group) => ({ ...group, rules: group.rules.map(shorter) })),
  });
}
