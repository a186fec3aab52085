import assert from "node:assert/strict";
import { SETTINGS } from "../config.ts";
import { configMarkdown, type DescribedSetting, MACHINE_DEFAULTS } from "./config_markdown.ts";

const COMMITTED = new URL("../../docs/configuration.md", import.meta.url);
const COMMAND = new URL("./print_config.ts", import.meta.url).pathname;

/** Calls with a property of an object replaced, and puts the property back. */
async function withProperty<Value>(
  target: object,
  name: string,
  value: unknown,
  call: () => Promise<Value>,
): Promise<Value> {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  try {
    return await call();
  } finally {
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  }
}

/** The table of settings as a machine with that many cores, and as many gigabytes, has it. */
function settingsOfMachine(
  cores: number,
): Promise<Readonly<Record<string, DescribedSetting>>> {
  const memory = (): { readonly total: number } => ({ total: cores * 2 ** 30 });
  return withProperty(
    navigator,
    "hardwareConcurrency",
    cores,
    () =>
      withProperty(Deno, "systemMemoryInfo", memory, async () => {
        // The query makes them other modules, which read the machine anew.
        const { MODEL_SETTINGS } = await import(`../settings/model_settings.ts?cores=${cores}`);
        const { QUEUE_SETTINGS } = await import(`../settings/queue_settings.ts?cores=${cores}`);
        return { ...SETTINGS, ...MODEL_SETTINGS, ...QUEUE_SETTINGS };
      }),
  );
}

/** Runs the command as its task does. */
async function printConfig(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=config", COMMAND, ...args],
    cwd: new URL("../..", import.meta.url),
    env,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const setting = (fallback: unknown, reason = "because"): DescribedSetting => ({
  variable: "KRONOS_X",
  unit: "units",
  fallback,
  reason,
});

Deno.test("docs/configuration.md is what deno task config --markdown prints", async () => {
  const { code, out } = await printConfig(["--markdown"]);
  assert.equal(code, 0);
  assert.equal(out, await Deno.readTextFile(COMMITTED));
});

Deno.test("configMarkdown() is the same on every machine", async () => {
  const [small, large] = [await settingsOfMachine(1), await settingsOfMachine(61)];
  assert.notDeepEqual(small.workers.fallback, large.workers.fallback);
  assert.equal(configMarkdown(small), configMarkdown(large));
  assert.equal(configMarkdown(small), configMarkdown(SETTINGS));
});

Deno.test("MACHINE_DEFAULTS says in words just those defaults that machines differ in", async () => {
  const [small, large] = [await settingsOfMachine(1), await settingsOfMachine(61)];
  const differing = Object.keys(small).filter((name) =>
    small[name].fallback !== large[name].fallback
  );
  assert.deepEqual(differing.sort(), Object.keys(MACHINE_DEFAULTS).sort());
});

Deno.test("configMarkdown() says none where there is no default, and keeps a row in its columns", () => {
  const lines = configMarkdown({ a: setting(null), b: setting(false, "this | that") }).split("\n");
  const [none, flag] = lines.filter((line) => line.includes("KRONOS_X"));
  assert.match(none, /\| none +\|/);
  assert.match(flag, /\| `false` \| this \\\| that/);
  assert.equal(none.length, flag.length);
});

Deno.test("deno task config --markdown prints no value, not even a bad one", async () => {
  const { code, out, err } = await printConfig(["--markdown"], {
    KRONOS_MODEL_PATH: "/somewhere/secret-model",
    KRONOS_WORKERS: "not-a-number",
  });
  assert.equal(code, 0);
  assert.doesNotMatch(out + err, /secret-model|not-a-number/);
});

Deno.test("deno task config prints values, and refuses bad ones with exit code 78", async () => {
  const good = await printConfig([], { KRONOS_WORKERS: "7" });
  assert.equal(good.code, 0);
  assert.match(good.out, /^KRONOS_WORKERS=7 {2}\(default \d+, replicas\)$/m);
  const bad = await printConfig([], { KRONOS_WORKERS: "many" });
  assert.equal(bad.code, 78);
  assert.match(bad.err, /Bad configuration: KRONOS_WORKERS=many/);
});
