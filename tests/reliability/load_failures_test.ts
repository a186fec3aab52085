/** A model that does not load: the process stays, says why, and loads it when it is mended. */
import assert from "node:assert/strict";
import { readSafetensors, writeSafetensors } from "../../src/importer/safetensors.ts";
import { importModel } from "../../src/importer/import_model.ts";
import { MODEL_FILES } from "../../src/inference/manifest.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { testWithTools } from "../test_with_tools.ts";

const FIXTURE = new URL("../fixtures/parity/tiny/", import.meta.url).pathname;
const FAST = { KRONOS_RELOAD_BASE_MS: "50", KRONOS_RELOAD_CAP_MS: "200" };

/** Weights that overflow. */
function huge(count: number): Float32Array<ArrayBuffer> {
  return new Float32Array(count).fill(3e38);
}

/** Waits for a failure of this cause; what the detailed health says of it. */
async function failure(service: ServiceProcess, cause: string): Promise<string> {
  await service.line((line) => line.message === "cannot load the model" && line.cause === cause);
  assert.equal((await (await service.get("/v1/healthz")).json()).status, "ok");
  assert.equal((await (await service.get("/v1/readyz")).json()).status, "unhealthy");
  const response = await service.get("/v1/healthz/detailed");
  assert.equal(response.status, 503);
  return (await response.json()).checks.model.load_failure;
}

Deno.test("a model that is missing, then corrupt, then cut short, is loaded once it is whole", async () => {
  await using model = await TinyModelFolder.create();
  const file = `${model.path}/model/generator.onnx`;
  const whole = await Deno.readFile(file);
  await Deno.remove(file);
  await using service = await ServiceProcess.start({ ...model.settings, ...FAST });
  assert.equal(await failure(service, "missing_file"), "generator.onnx does not exist");
  const corrupt = whole.slice();
  corrupt[whole.length >> 1] ^= 1;
  await Deno.writeFile(file, corrupt);
  assert.match(
    await failure(service, "corrupt_file"),
    /^generator.onnx does not match the SHA-256/,
  );
  await Deno.writeFile(file, whole.subarray(0, 1000));
  assert.match(await failure(service, "truncated_file"), /^generator.onnx has 1000 bytes/);
  // Whole in one step: a file that is being written is a file that is cut short.
  await Deno.writeFile(`${file}.new`, whole);
  await Deno.rename(`${file}.new`, file);
  await service.line(({ message }) => message === "ready");
  const { status, checks } = await (await service.get("/v1/healthz/detailed")).json();
  assert.deepEqual([status === "unhealthy", checks.model.load_failure], [false, null]);
  const page = await (await service.get("/v1/metrics")).text();
  assert.match(page, /kronos_model_load_failures_total\{cause="corrupt_file"\} [1-9]/);
  assert.equal(await service.stop("SIGINT"), 0);
});

Deno.test("a model whose graphs compute NaN is never ready, and says so", async () => {
  const path = await Deno.makeTempDir({ prefix: "kronos-nan-" });
  try {
    for (const part of ["model", "tokenizer"]) {
      await Deno.mkdir(`${path}/${part}`);
      for (const file of ["config.json", "model.safetensors"]) {
        await Deno.copyFile(`${FIXTURE}${part}/${file}`, `${path}/${part}/${file}`);
      }
    }
    const weights = `${path}/model/model.safetensors`;
    const tensors = readSafetensors(await Deno.readFile(weights), weights);
    // Finite, as the importer wants them, and past what float32 holds as soon as they are used.
    for (const [name, { bytes }] of tensors) {
      if (name.endsWith("norm1.weight")) bytes.set(new Uint8Array(huge(bytes.length / 4).buffer));
    }
    await Deno.writeFile(weights, writeSafetensors(tensors));
    await importModel({
      model: { folder: `${path}/model`, origin: "nan", revision: null },
      tokenizer: { folder: `${path}/tokenizer`, origin: "nan", revision: null },
      out: `${path}/out`,
      maxContext: 64,
      modelVersion: "nan",
      tokenizerVersion: "nan",
      licence: "mit",
      verify: () => Promise.resolve(),
    });
    await using service = await ServiceProcess.start({
      KRONOS_MODEL_PATH: `${path}/out`,
      KRONOS_WORKERS: "1",
      ...FAST,
    });
    assert.equal(await failure(service, "model_fails"), "it computes NaN or infinity");
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

await testWithTools(
  "a model that a full disk cut short says so, and is loaded once there is room",
  ["mount", "umount"],
  async () => {
    await using model = await TinyModelFolder.create();
    const disk = await Deno.makeTempDir({ prefix: "kronos-disk-" });
    const run = async (command: string, ...args: string[]): Promise<void> => {
      const { success, stderr } = await new Deno.Command(command, { args }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    };
    await run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk);
    try {
      // In the order in which the service reads them.
      const files = ["manifest.json", ...MODEL_FILES];
      const copyAll = async (): Promise<void> => {
        for (const file of files) {
          await Deno.writeFile(
            `${disk}/${file}`,
            await Deno.readFile(`${model.path}/model/${file}`),
          );
        }
      };
      await assert.rejects(copyAll(), /No space left/);
      await using service = await ServiceProcess.start({
        ...model.settings,
        KRONOS_MODEL_PATH: disk,
        ...FAST,
      });
      assert.match(
        await failure(service, "disk_full"),
        /^\w+\.(onnx|weights) has .*the disk is full$/,
      );
      await run("mount", "-o", "remount,size=64m", disk);
      await copyAll();
      await service.line(({ message }) => message === "ready");
      assert.equal(await service.stop("SIGINT"), 0);
    } finally {
      await run("umount", disk);
      await Deno.remove(disk);
    }
  },
);
