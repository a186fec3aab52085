import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ModelFolder } from "../inference/model_folder.ts";
import { importCommand } from "./import_command.ts";
import { FakeHub, HUB_TOKEN } from "./testing/fake_hub.ts";
import { pathsIn, withRandomCheckpoint } from "./testing/random_folder.ts";

interface Outcome {
  readonly code: number;
  readonly said: readonly string[];
  readonly complaints: readonly string[];
  readonly drawn: readonly string[];
}

async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [said, complaints, drawn]: string[][] = [[], [], []];
  const code = await importCommand(args, {
    variable: (name) => environment[name],
    say: (line) => said.push(line),
    complain: (line) => complaints.push(line),
    draw: (line) => drawn.push(line),
  });
  // Listeners of signals that were removed end with the next turn of the event loop.
  await wait(0);
  return { code, said, complaints, drawn };
}

function folders(folder: string, ...more: string[]): string[] {
  const parts = ["--model", `${folder}/model`, "--tokenizer", `${folder}/tokenizer`];
  return [...parts, "--out", `${folder}/out`, ...more];
}

Deno.test("importCommand() imports from folders and says how to serve it", () =>
  withRandomCheckpoint(async (folder) => {
    const { code, said, complaints, drawn } = await run(folders(folder));
    assert.deepEqual([code, complaints], [0, []]);
    const serve = `KRONOS_MODEL_PATH=${folder}/out deno task start`;
    assert.deepEqual(said, [`Wrote and verified model; serve it with: ${serve}`]);
    assert.deepEqual(drawn, ["reading", "writing graphs", "verifying", ""]);
    const { manifest } = await ModelFolder.open(`${folder}/out`);
    assert.equal(manifest.limits.max_context, 512);
    assert.equal(manifest.licence, "unknown");
    assert.deepEqual(manifest.sources.model.revision, null);
    assert.deepEqual([manifest.model_version, manifest.tokenizer_version], ["model", "tokenizer"]);
  }));

Deno.test("importCommand() imports from the hub, names and commits in the manifest", () =>
  withRandomCheckpoint(async (folder) => {
    await using hub = new FakeHub();
    const publish = async (part: string, name: string, license: string) =>
      hub.publish(name, {
        files: {
          "config.json": await Deno.readFile(`${folder}/${part}/config.json`),
          "model.safetensors": await Deno.readFile(`${folder}/${part}/model.safetensors`),
        },
        large: ["model.safetensors"],
        license,
        access: "private",
      });
    const model = await publish("model", "owner/m", "mit");
    const tokenizer = await publish("tokenizer", "owner/t", "apache-2.0");
    const args = ["--out", `${folder}/out`, "--cache", `${folder}/cache`, "--max-context", "64"];
    const { code, complaints, drawn } = await run(
      ["--model", "hf:owner/m", "--tokenizer", `hf:owner/t@${tokenizer}`, ...args],
      { HF_ENDPOINT: hub.endpoint, HF_TOKEN: HUB_TOKEN },
    );
    assert.deepEqual([code, complaints], [0, []]);
    assert(drawn.includes("owner/m/model.safetensors 100%"));
    const { manifest } = await ModelFolder.open(`${folder}/out`);
    const { sources, licence, model_version, tokenizer_version } = manifest;
    assert.deepEqual([sources.model.origin, sources.model.revision], ["hf:owner/m", model]);
    assert.deepEqual([sources.tokenizer.origin, sources.tokenizer.revision], [
      "hf:owner/t",
      tokenizer,
    ]);
    assert.deepEqual([licence, model_version, tokenizer_version], ["mit AND apache-2.0", "m", "t"]);
  }));

Deno.test("importCommand() takes names, licence and context from its options", () =>
  withRandomCheckpoint(async (folder) => {
    const names = ["--name", "kronos-9", "--tokenizer-name", "tok-9", "--licence", "proprietary"];
    const { code, said } = await run(folders(folder, ...names, "--max-context", "1"));
    assert.equal(code, 0);
    assert.match(said[0], /^Wrote and verified kronos-9;/);
    const { manifest } = await ModelFolder.open(`${folder}/out`);
    assert.deepEqual([manifest.model_version, manifest.tokenizer_version, manifest.licence], [
      "kronos-9",
      "tok-9",
      "proprietary",
    ]);
    assert.equal(manifest.limits.max_context, 1);
  }));

Deno.test("importCommand() writes a model folder anew, in its place", () =>
  withRandomCheckpoint(async (folder) => {
    const names = ["--name", "kronos-9", "--licence", "proprietary", "--max-context", "32"];
    assert.equal((await run(folders(folder, ...names))).code, 0);
    const out = `${folder}/out`;
    const { manifest: before } = await ModelFolder.open(out);
    await Deno.remove(`${folder}/model`, { recursive: true });
    const { code, said, complaints, drawn } = await run(["--from", out, "--out", out]);
    assert.deepEqual([code, complaints], [0, []]);
    const serve = `KRONOS_MODEL_PATH=${out} deno task start`;
    assert.deepEqual(said, [`Wrote and verified kronos-9; serve it with: ${serve}`]);
    assert.deepEqual(drawn, ["reading", "writing graphs", "verifying", ""]);
    const { manifest } = await ModelFolder.open(out);
    assert.deepEqual({ ...manifest, files: {} }, { ...before, files: {} });
  }));

Deno.test("importCommand() prints its help and does nothing", async () => {
  const { code, said, complaints } = await run(["--help"]);
  assert.deepEqual([code, complaints], [0, []]);
  for (
    const option of [
      "--from",
      "--model",
      "--tokenizer",
      "--out",
      "--max-context",
      "--name",
      "HF_TOKEN",
    ]
  ) {
    assert(said.join("\n").includes(option));
  }
});

const ALL = ["--model", "m", "--tokenizer", "t", "--out", "o"];
const misuses: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^--model, --tokenizer and --out are needed$/],
  [ALL.slice(0, 4), /are needed$/],
  [[...ALL, "--colour"], /^Unknown option '--colour'/],
  [[...ALL, "more"], /^Unexpected argument 'more'/],
  [[...ALL, "--name"], /--name <value>' argument missing/],
  [[...ALL, "--name", ""], /^--name is empty$/],
  [["--model=", ...ALL.slice(2)], /^--model is empty$/],
  [["--from", "m"], /^--from and --out are needed$/],
  ...["model", "tokenizer", "max-context", "name", "tokenizer-name", "licence"].map((option) =>
    [
      ["--from", "m", "--out", "o", `--${option}`, "1"],
      new RegExp(`^--${option} does not go with --from$`),
    ] as const
  ),
  ...["0", "-1", "2049", "1.5", "many", "1e99", " "].map((value) =>
    [
      [...ALL, `--max-context=${value}`],
      /^--max-context must be a whole number from 1 to 2048$/,
    ] as const
  ),
];
for (const [args, message] of misuses) {
  Deno.test(`importCommand() exits with 64 on ${JSON.stringify(args)}`, async () => {
    const { code, complaints, said } = await run(args);
    assert.deepEqual([code, said], [64, []]);
    assert.match(complaints[0], message);
    assert.match(complaints[1], /Imports a Kronos checkpoint/);
  });
}

const failures: readonly (readonly [string, (folder: string) => Promise<void>, RegExp])[] = [
  ["a missing folder", (folder) => Deno.remove(`${folder}/model`, { recursive: true }), /exist$/],
  [
    "a truncated file",
    (folder) => Deno.truncate(`${folder}/model/model.safetensors`, 99),
    /truncated in its header$/,
  ],
  [
    "a corrupt name",
    async (folder) => {
      const path = `${folder}/model/model.safetensors`;
      const file = await Deno.readFile(path);
      const text = new TextDecoder("latin1").decode(file);
      // The name of a tensor gets a line break and an escape sequence.
      const at = text.indexOf("norm.weight");
      file.set(new TextEncoder().encode("\\n\\u001b[2"), at);
      await Deno.writeFile(path, file);
    },
    /missing tensor/,
  ],
  ["a target of somebody", (folder) => Deno.writeTextFile(`${folder}/out`, ""), /not a model/],
];
for (const [what, prepare, message] of failures) {
  Deno.test(`importCommand() exits with 1 and one line on ${what}`, () =>
    withRandomCheckpoint(async (folder) => {
      await prepare(folder);
      const before = await pathsIn(folder);
      const { code, complaints, said } = await run(folders(folder));
      assert.deepEqual([code, said, complaints.length], [1, [], 1]);
      assert.match(complaints[0], message);
      assert.doesNotMatch(complaints[0], /\p{Cc}|\bat file:/u);
      assert.deepEqual(await pathsIn(folder), before);
    }));
}

Deno.test("importCommand() refuses a target before it downloads", () =>
  withRandomCheckpoint(async (folder) => {
    await using hub = new FakeHub();
    const args = ["--model", "hf:a/b", "--tokenizer", "hf:a/c", "--out", join(folder, "model")];
    const { code, complaints } = await run(args, { HF_ENDPOINT: hub.endpoint });
    assert.equal(code, 1);
    assert.match(complaints[0], /not a model folder/);
    assert.deepEqual(hub.requests, []);
  }));

Deno.test("importCommand() ends with the code of the signal and leaves nothing", () =>
  withRandomCheckpoint(async (folder) => {
    const before = await pathsIn(folder);
    const complaints: string[] = [];
    const code = await importCommand(folders(folder), {
      variable: () => undefined,
      say: () => {},
      complain: (line) => complaints.push(line),
      draw: (phase) => {
        if (phase === "verifying") Deno.kill(Deno.pid, "SIGTERM");
      },
    });
    await wait(0);
    assert.deepEqual([code, complaints], [143, ["Stopped by SIGTERM: nothing was written"]]);
    assert.deepEqual(await pathsIn(folder), before);
  }));
