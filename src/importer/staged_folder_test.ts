import assert from "node:assert/strict";
import { StagedFolder } from "./staged_folder.ts";
import { pathsIn } from "./testing/random_folder.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeModelFolder(path: string, version: number): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(`${path}/manifest.json`, `{"format_version":${version}}`);
  await Deno.writeTextFile(`${path}/decoder.onnx`, "graph");
}

Deno.test("StagedFolder puts what was written in its place, and folders above it", () =>
  withFolder(async (folder) => {
    const staged = await StagedFolder.create(`${folder}/a/b/out`);
    await Deno.writeTextFile(`${staged.path}/file`, "new");
    assert.equal((await pathsIn(folder)).includes("a/b/out"), false);
    await staged.commit();
    assert.deepEqual(await pathsIn(folder), ["a", "a/b", "a/b/out", "a/b/out/file"]);
  }));

Deno.test("StagedFolder.discard() leaves nothing, nor the folders that were made for it", () =>
  withFolder(async (folder) => {
    const staged = await StagedFolder.create(`${folder}/a/b/out`);
    await Deno.writeTextFile(`${staged.path}/file`, "new");
    await staged.discard();
    await staged.discard();
    assert.deepEqual(await pathsIn(folder), []);
  }));

Deno.test("StagedFolder.discard() leaves folders that others use meanwhile", () =>
  withFolder(async (folder) => {
    const staged = await StagedFolder.create(`${folder}/a/b/out`);
    await Deno.writeTextFile(`${folder}/a/theirs`, "");
    await staged.discard();
    assert.deepEqual(await pathsIn(folder), ["a", "a/theirs"]);
  }));

Deno.test("StagedFolder replaces a model folder of any version and keeps its card", () =>
  withFolder(async (folder) => {
    await writeModelFolder(`${folder}/out`, 99);
    await Deno.writeTextFile(`${folder}/out/README.md`, "card");
    const staged = await StagedFolder.create(`${folder}/out`);
    await Deno.writeTextFile(`${staged.path}/file`, "new");
    await staged.commit();
    assert.deepEqual(await pathsIn(folder), ["out", "out/README.md", "out/file"]);
    assert.equal(await Deno.readTextFile(`${folder}/out/README.md`), "card");
  }));

Deno.test("StagedFolder replaces the folder that a link names, and keeps the link", () =>
  withFolder(async (folder) => {
    await writeModelFolder(`${folder}/real/model`, 1);
    await Deno.symlink(`${folder}/real/model`, `${folder}/link`);
    const staged = await StagedFolder.create(`${folder}/link`);
    await Deno.writeTextFile(`${staged.path}/file`, "new");
    await staged.commit();
    assert.deepEqual(await pathsIn(folder), ["link", "real", "real/model", "real/model/file"]);
  }));

Deno.test("StagedFolder.commit() brings the old folder back where the new one cannot take its place", () =>
  withFolder(async (folder) => {
    await writeModelFolder(`${folder}/out`, 1);
    const staged = await StagedFolder.create(`${folder}/out`);
    // Somebody cleans up: the second rename has nothing to rename.
    await Deno.remove(staged.path, { recursive: true });
    await assert.rejects(staged.commit(), {
      name: "ImportError",
      message: /^Cannot write .*out: /,
    });
    await staged.discard();
    assert.deepEqual(await pathsIn(folder), ["out", "out/decoder.onnx", "out/manifest.json"]);
  }));

Deno.test("StagedFolder.commit() throws ImportError where the target was filled meanwhile", () =>
  withFolder(async (folder) => {
    const staged = await StagedFolder.create(`${folder}/out`);
    await writeModelFolder(`${folder}/out`, 1);
    await assert.rejects(staged.commit(), { name: "ImportError", message: /not empty/ });
    await staged.discard();
    assert.deepEqual(await pathsIn(folder), ["out", "out/decoder.onnx", "out/manifest.json"]);
  }));

const strangers: readonly (readonly [string, (out: string) => Promise<void>, RegExp])[] = [
  ["a file", (out) => Deno.writeTextFile(out, ""), /Not a directory/],
  ["an empty folder", (out) => Deno.mkdir(out), /manifest.json/],
  ["a link to nothing", (out) => Deno.symlink("nowhere", out), /No such file/],
  ["a folder with a file of somebody", async (out) => {
    await writeModelFolder(out, 1);
    await Deno.writeTextFile(`${out}/notes.txt`, "mine");
  }, /it holds notes.txt/],
  ["a folder with a folder", async (out) => {
    await writeModelFolder(out, 1);
    await Deno.mkdir(`${out}/README.md`);
  }, /it holds README.md/],
  ["a folder with the manifest of another tool", async (out) => {
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/manifest.json`, '{"manifest_version": 3}');
  }, /manifest.json is no model's/],
  ["a folder with a manifest that is no JSON", async (out) => {
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/manifest.json`, "null and void");
  }, /JSON/],
  ["a folder with an empty manifest", async (out) => {
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/manifest.json`, "null");
  }, /manifest.json is no model's/],
];
for (const [what, make, message] of strangers) {
  Deno.test(`StagedFolder.create() throws ImportError on ${what} and leaves it`, () =>
    withFolder(async (folder) => {
      await make(`${folder}/out`);
      const before = await pathsIn(folder);
      await assert.rejects(StagedFolder.create(`${folder}/out`), (error: Error) => {
        assert.equal(error.name, "ImportError");
        assert.match(error.message, /^Cannot write \S+out: it exists and is not a model folder/);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await pathsIn(folder), before);
    }));
}

Deno.test("StagedFolder.create() throws ImportError where the folder above is a file", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (const out of [`${folder}/file/out`, `${folder}/file/a/out`]) {
      await assert.rejects(StagedFolder.create(out), {
        name: "ImportError",
        message: /^Cannot write \S+out: .*(Not a directory|exists)/,
      });
    }
    assert.deepEqual(await pathsIn(folder), ["file"]);
  }));

Deno.test("StagedFolder.create() throws ImportError where no folder can be made", async () => {
  // Even an administrator makes no folder in /proc.
  await assert.rejects(StagedFolder.create("/proc/kronos/out"), {
    name: "ImportError",
    message: /^Cannot write \/proc\/kronos\/out: /,
  });
});
