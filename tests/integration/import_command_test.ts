/** The importer as a process: against a hub on loopback, killed, stopped, on a terminal. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { FakeHub, HUB_TOKEN } from "../../src/importer/testing/fake_hub.ts";
import { pathsIn, withRandomCheckpoint } from "../../src/importer/testing/random_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MODEL = "NeoQuasar/Kronos-small";
const TOKENIZER = "NeoQuasar/Kronos-Tokenizer-base";
/** Longest that a test waits for something to happen, in milliseconds: a loaded machine is slow. */
const PATIENCE_MS = 60_000;

const IMPORT = ["run", "--quiet", "-P=import", "src/importer/main.ts"];
const RANDOM = ["run", "--quiet", "-P=random-checkpoint", "src/importer/random_checkpoint.ts"];

function spawn(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  // Without coverage: collecting it in a process that is killed is not reliable.
  const { DENO_COVERAGE_DIR: _, ...inherited } = Deno.env.toObject();
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...inherited, ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly out: string;
  readonly err: string;
}

async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const { code, signal, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, signal, out: text(stdout), err: text(stderr) };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`Cannot go on: waited in vain until ${what}`);
    await wait(5);
  }
}

async function publish(hub: FakeHub, folder: string): Promise<{ model: string; bytes: number }> {
  const files = async (part: string) => ({
    "config.json": await Deno.readFile(`${folder}/${part}/config.json`),
    "README.md": new TextEncoder().encode("card"),
    "model.safetensors": await Deno.readFile(`${folder}/${part}/model.safetensors`),
  });
  const repository = { large: ["model.safetensors"], license: "mit", access: "gated" } as const;
  hub.publish(TOKENIZER, { ...repository, files: await files("tokenizer") });
  const model = await files("model");
  return {
    model: hub.publish(MODEL, { ...repository, files: model }),
    bytes: model["model.safetensors"].length,
  };
}

function fromHub(folder: string, ...more: string[]): string[] {
  const sources = ["--model", `hf:${MODEL}`, "--tokenizer", `hf:${TOKENIZER}`];
  return [...IMPORT, ...sources, "--out", `${folder}/out`, "--cache", `${folder}/cache`, ...more];
}

function fromFolders(folder: string, ...more: string[]): string[] {
  const sources = ["--model", `${folder}/model`, "--tokenizer", `${folder}/tokenizer`];
  return [...IMPORT, ...sources, "--out", `${folder}/new/out`, ...more];
}

Deno.test("import brings a model from the hub, verified, silent where there is no terminal", () =>
  withRandomCheckpoint(async (folder) => {
    await using hub = new FakeHub();
    const { model } = await publish(hub, folder);
    hub.fail(/^\/lfs\/.*small/, { cutAfter: 20_000 });
    const environment = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: HUB_TOKEN };
    const { code, out, err } = await ended(spawn(fromHub(folder), environment));
    assert.deepEqual([code, err], [0, ""]);
    const serve = `KRONOS_MODEL_PATH=${folder}/out deno task start`;
    assert.equal(out, `Wrote and verified Kronos-small; serve it with: ${serve}\n`);
    const manifest = JSON.parse(await Deno.readTextFile(`${folder}/out/manifest.json`));
    assert.equal(manifest.sources.model.origin, `hf:${MODEL}`);
    assert.equal(manifest.sources.model.revision, model);
    assert.equal(manifest.licence, "mit");
    assert.match(hub.paths("cdn")[1], / bytes=20000-$/);
  }));

Deno.test("import goes on where a killed one stopped in the middle of a file", () =>
  withRandomCheckpoint(async (folder) => {
    await using hub = new FakeHub();
    const { model, bytes } = await publish(hub, folder);
    hub.fail(/^\/lfs\/.*small/, { stallAfter: 40_000 });
    const environment = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: HUB_TOKEN };
    const child = spawn(fromHub(folder), environment);
    await until("40000 bytes are on the disk", async () => {
      // This one is not renamed under the test's feet, as that of config.json may be.
      const part = (await pathsIn(folder)).find((path) => path.endsWith("safetensors.part"));
      return part !== undefined && (await Deno.stat(`${folder}/${part}`)).size === 40_000;
    });
    child.kill("SIGKILL");
    assert.equal((await ended(child)).signal, "SIGKILL");
    assert.equal((await pathsIn(folder)).includes("out"), false);
    const before = hub.paths("cdn").length;
    const { code, err } = await ended(spawn(fromHub(folder), environment));
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(hub.paths("cdn")[before], `/lfs/${MODEL}/${model}/model.safetensors bytes=40000-`);
    assert(bytes > 40_000);
    assert.equal((await pathsIn(folder)).some((path) => path.endsWith(".part")), false);
  }));

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`import leaves nothing behind when ${signal} stops it`, () =>
    // Large enough that it cannot be over before the signal.
    withRandomCheckpoint(async (folder) => {
      const before = await pathsIn(folder);
      const child = spawn(fromFolders(folder));
      await until("graphs are being verified", async () =>
        (await pathsIn(folder)).some((path) => path.endsWith("manifest.json")));
      child.kill(signal);
      const stopped = await ended(child);
      assert.deepEqual([stopped.code, stopped.out], [code, ""]);
      assert.equal(stopped.err, `Stopped by ${signal}: nothing was written\n`);
      assert.deepEqual(await pathsIn(folder), before);
    }, { shape: "mini" }));
}

Deno.test("import says in one line what is wrong and does not exit with 0", () =>
  withRandomCheckpoint(async (folder) => {
    await using hub = new FakeHub();
    await publish(hub, folder);
    const environment = { HF_ENDPOINT: hub.endpoint };
    const noToken = await ended(spawn(fromHub(folder), { ...environment, HF_TOKEN: "" }));
    assert.equal(noToken.code, 1);
    assert.match(noToken.err, /^Cannot download hf:\S+: HTTP 401: gated; accept .*\n$/);
    assert.equal(noToken.err.trim().split("\n").length, 1);
    const garbled = { ...environment, HF_TOKEN: HUB_TOKEN };
    hub.fail(/^\/lfs\//, { garble: true });
    assert.match((await ended(spawn(fromHub(folder), garbled))).err, /^Cannot .* checksum .*\n$/);
    await Deno.truncate(`${folder}/model/model.safetensors`, 5000);
    const damaged = await ended(spawn(fromFolders(folder)));
    assert.deepEqual([damaged.code, damaged.out], [1, ""]);
    assert.match(damaged.err, /^Cannot read model model model.safetensors: truncated[^\n]*\n$/);
    const misused = await ended(spawn([...IMPORT, "--colour"]));
    assert.equal(misused.code, 64);
    assert.match(misused.err, /^Unknown option '--colour'[^\n]*\n/);
    assert.doesNotMatch(misused.err, /\bat file:/);
  }));

Deno.test("import shows progress on a terminal", async (t) => {
  const hasTool = await new Deno.Command("script", { args: ["--version"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
  if (!hasTool && Deno.env.get("KRONOS_REQUIRE_TOOLS") === "1") {
    throw new Error("Cannot test on a terminal: script (util-linux) is not installed");
  }
  await t.step({
    name: "drawn on one line and wiped in the end",
    ignore: !hasTool,
    fn: () =>
      withRandomCheckpoint(async (folder) => {
        await using hub = new FakeHub();
        await publish(hub, folder);
        const command = [Deno.execPath(), ...fromHub(folder)].join(" ");
        const { code, stdout } = await new Deno.Command("script", {
          args: ["--quiet", "--return", "--command", command, "/dev/null"],
          cwd: ROOT,
          env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: HUB_TOKEN },
          stdin: "null",
        }).output();
        const screen = new TextDecoder().decode(stdout);
        assert.equal(code, 0, screen);
        const drawn = screen.split("\r\x1b[K").slice(1);
        assert(drawn.includes(`${MODEL}/model.safetensors 100%`), screen);
        const phases = drawn.slice(-4, -1);
        assert.deepEqual(phases, ["reading", "writing graphs", "verifying"]);
        assert.match(drawn.at(-1)!, /^Wrote and verified Kronos-small;/);
      }),
  });
});

Deno.test("random-checkpoint writes what import reads, or says how to call it", () =>
  withRandomCheckpoint(async (folder) => {
    const made = await ended(
      spawn([
        ...RANDOM,
        "--shape",
        "tiny",
        "--out",
        `${folder}/r`,
        "--seed",
        "3",
        "--dtype",
        "bf16",
      ]),
    );
    assert.deepEqual([made.code, made.out, made.err], [0, "", ""]);
    const imported = await ended(spawn(fromFolders(`${folder}/r`, "--max-context", "32")));
    assert.deepEqual([imported.code, imported.err], [0, ""]);
    for (
      const args of [[], ["--shape", "huge", "--out", "x"], ["--shape", "tiny", "--colour"], [
        "--shape",
        "tiny",
        "--out",
        "x",
        "--seed",
        "9007199254740993",
      ]]
    ) {
      const { code, err } = await ended(spawn([...RANDOM, ...args]));
      assert.equal(code, 64);
      assert.match(err, /^Usage: [^\n]*\n$/);
    }
    const file = `${folder}/model/config.json`;
    const { code, err } = await ended(spawn([...RANDOM, "--shape", "tiny", "--out", file]));
    assert.equal(code, 1);
    assert.match(err, /^Cannot write [^\n]*\n$/);
  }));
