import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { downloadFile } from "./download_file.ts";

const BODY = new Uint8Array(100_000).map((_, i) => i % 251);
const DIGEST = createHash("sha256").update(BODY).digest("hex");

async function withServer(
  answer: (request: Request) => Response,
  use: (url: string, path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await use(`http://127.0.0.1:${server.addr.port}/file`, `${folder}/file`);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

const checksum = { bytes: BODY.length, algorithm: "sha256", digest: DIGEST } as const;

Deno.test("downloadFile() resumes by Range where the body broke off", async () => {
  const ranges: (string | null)[] = [];
  await withServer((request) => {
    const range = request.headers.get("range");
    ranges.push(range);
    if (range === null) return new Response(BODY.subarray(0, 60_000));
    const start = Number(/bytes=(\d+)-/.exec(range)![1]);
    const headers = { "content-range": `bytes ${start}-${BODY.length - 1}/${BODY.length}` };
    return new Response(BODY.subarray(start), { status: 206, headers });
  }, async (url, path) => {
    await downloadFile({ url, path, checksum, retryDelayMs: 1 });
    assert.deepEqual(await Deno.readFile(path), BODY);
  });
  assert.deepEqual(ranges, [null, "bytes=60000-"]);
});

Deno.test("downloadFile() throws DownloadError on a wrong checksum and keeps no file", () =>
  withServer(() => new Response(new Uint8Array(BODY.length)), async (url, path) => {
    await assert.rejects(downloadFile({ url, path, checksum }), /does not match the checksum/);
    await assert.rejects(Deno.stat(`${path}.part`), Deno.errors.NotFound);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  }));

Deno.test("downloadFile() throws DownloadError at once where access is refused", async () => {
  let requests = 0;
  await withServer(() => {
    requests++;
    return new Response(null, { status: 401 });
  }, async (url, path) => {
    await assert.rejects(downloadFile({ url, path, checksum }), { status: 401 });
  });
  assert.equal(requests, 1);
});

Deno.test("downloadFile() begins anew where what an earlier call left is garbled", async () => {
  const ranges: (string | null)[] = [];
  await withServer((request) => {
    const range = request.headers.get("range");
    ranges.push(range);
    if (range === null) return new Response(BODY);
    const headers = { "content-range": `bytes 10-${BODY.length - 1}/${BODY.length}` };
    return new Response(BODY.subarray(10), { status: 206, headers });
  }, async (url, path) => {
    await Deno.writeFile(`${path}.part`, new Uint8Array(10).fill(9));
    await downloadFile({ url, path, checksum });
    assert.deepEqual(await Deno.readFile(path), BODY);
    await Deno.remove(path);
    await Deno.writeFile(`${path}.part`, new Uint8Array(BODY.length + 1));
    await downloadFile({ url, path, checksum });
    assert.deepEqual(await Deno.readFile(path), BODY);
  });
  assert.deepEqual(ranges, ["bytes=10-", null, null]);
});

Deno.test("downloadFile() takes the whole file from a server that ignores Range", () =>
  withServer(() => new Response(BODY), async (url, path) => {
    await Deno.writeFile(`${path}.part`, BODY.subarray(0, 500));
    await downloadFile({ url, path, checksum });
    assert.deepEqual(await Deno.readFile(path), BODY);
  }));

Deno.test("downloadFile() throws DownloadError where the server resumes at another byte", () =>
  withServer(() => {
    const headers = { "content-range": `bytes 0-9/${BODY.length}` };
    return new Response(BODY.subarray(0, 10), { status: 206, headers });
  }, async (url, path) => {
    await Deno.writeFile(`${path}.part`, BODY.subarray(0, 500));
    await assert.rejects(downloadFile({ url, path, checksum }), /resumed at another byte/);
    assert.deepEqual(await Deno.readFile(`${path}.part`), BODY.subarray(0, 500));
  }));

Deno.test("downloadFile() stops reading a body that is longer than the file should be", () =>
  withServer(() => {
    const endless = new ReadableStream({ pull: (sink) => sink.enqueue(BODY) });
    return new Response(endless);
  }, async (url, path) => {
    await assert.rejects(downloadFile({ url, path, checksum }), /does not match the checksum/);
  }));

Deno.test("downloadFile() throws DownloadError at once where the disk is full", () =>
  withServer(() => new Response(BODY), async (url, path) => {
    await Deno.symlink("/dev/full", `${path}.part`);
    await assert.rejects(downloadFile({ url, path, checksum }), {
      name: "DownloadError",
      message: /file.part: No space left on device/,
    });
  }));
