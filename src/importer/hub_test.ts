import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadCheckpoint, type HubCheckpoint, type HubOptions } from "./hub.ts";
import { FakeHub, HUB_TOKEN, type Repository } from "./testing/fake_hub.ts";

const NAME = "hf:NeoQuasar/Kronos-small";
const REPO = "NeoQuasar/Kronos-small";
const WEIGHTS = new Uint8Array(100_000).map((_, i) => i % 251);
const CONFIG = new TextEncoder().encode('{"d_model": 32}');
const REPOSITORY: Repository = {
  files: {
    ".gitattributes": new Uint8Array(),
    "README.md": new TextEncoder().encode("card"),
    "config.json": CONFIG,
    "model.safetensors": WEIGHTS,
  },
  large: ["model.safetensors"],
  license: "mit",
};
const WEIGHTS_PATH = /^\/lfs\//;

type Download = (options?: Partial<HubOptions>, name?: string) => Promise<HubCheckpoint>;

async function withHub(
  use: (hub: FakeHub, download: Download, cache: string) => Promise<void>,
): Promise<void> {
  const cache = await Deno.makeTempDir();
  try {
    await using hub = new FakeHub();
    const download: Download = (options = {}, name = NAME) =>
      downloadCheckpoint(name, { cache, endpoint: hub.endpoint, retryDelayMs: 1, ...options });
    await use(hub, download, cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

async function refusal(pending: Promise<unknown>): Promise<string> {
  let message = "";
  await assert.rejects(pending, (error: Error) => {
    assert.equal(error.name, "HubError");
    message = error.message;
    return true;
  });
  return message;
}

async function filesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("downloadCheckpoint() brings the two files of a branch's commit and the licence", () =>
  withHub(async (hub, download) => {
    const commit = hub.publish(REPO, REPOSITORY);
    const heard: [string, number, number][] = [];
    const checkpoint = await download({ onProgress: (...news) => heard.push(news) });
    const { folder, ...facts } = checkpoint;
    assert.deepEqual(facts, { origin: NAME, revision: commit, licence: "mit" });
    assert.deepEqual(await filesIn(folder), ["config.json", "model.safetensors"]);
    assert.deepEqual(await Deno.readFile(join(folder, "config.json")), CONFIG);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), WEIGHTS);
    assert.deepEqual(heard.at(-1), [`${REPO}/model.safetensors`, WEIGHTS.length, WEIGHTS.length]);
  }));

Deno.test("downloadCheckpoint() takes what the cache has and asks for no file again", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, { ...REPOSITORY, license: ["mit", "other"] });
    const first = await download();
    const before = hub.requests.length;
    assert.deepEqual(await download({ endpoint: `${hub.endpoint}//` }), first);
    assert.equal(first.licence, "mit, other");
    const later = hub.requests.slice(before).map(({ url }) => url.pathname);
    assert.deepEqual(later.filter((path) => !path.startsWith("/api/models/")), []);
  }));

Deno.test("downloadCheckpoint() fetches each file once where two ask for it at a time", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    const [first, second] = await Promise.all([download(), download()]);
    assert.deepEqual(first, second);
    assert.deepEqual(await Deno.readFile(join(first.folder, "model.safetensors")), WEIGHTS);
    assert.equal(hub.requests.filter(({ url }) => WEIGHTS_PATH.test(url.pathname)).length, 1);
  }));

Deno.test("downloadCheckpoint() fetches a cached file again that was changed on disk", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    const { folder } = await download();
    const path = join(folder, "model.safetensors");
    await Deno.writeFile(path, WEIGHTS.map((byte) => byte ^ 1));
    await download();
    assert.deepEqual(await Deno.readFile(path), WEIGHTS);
  }));

Deno.test("downloadCheckpoint() takes an older commit by its hash", () =>
  withHub(async (hub, download) => {
    const old = hub.publish(REPO, REPOSITORY);
    const changed = { ...REPOSITORY.files, "config.json": new TextEncoder().encode("{}") };
    const now = hub.publish(REPO, { ...REPOSITORY, files: changed, license: [] });
    const { folder, revision } = await download({}, `${NAME}@${old}`);
    assert.equal(revision, old);
    assert.deepEqual(await Deno.readFile(join(folder, "config.json")), CONFIG);
    const main = await download({}, `${NAME}@main`);
    assert.deepEqual([main.revision, main.licence], [now, null]);
  }));

Deno.test("downloadCheckpoint() keeps to the first commit where the branch moves meanwhile", () =>
  withHub(async (hub, download) => {
    const first = hub.publish(REPO, REPOSITORY);
    const files = { "config.json": WEIGHTS, "model.safetensors": CONFIG };
    hub.onRequest = ({ url }) => {
      if (url.pathname.includes("/tree/")) hub.publish(REPO, { ...REPOSITORY, files });
    };
    const { folder, revision } = await download();
    assert.equal(revision, first);
    assert.deepEqual(await Deno.readFile(join(folder, "config.json")), CONFIG);
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), WEIGHTS);
  }));

Deno.test("downloadCheckpoint() sends the token to the hub and not to the file storage", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, { ...REPOSITORY, access: "private" });
    await download({ token: HUB_TOKEN });
    const tokens = (server: string) => [
      ...new Set(
        hub.requests.filter((request) => request.server === server).map(({ headers }) =>
          headers.get("authorization")
        ),
      ),
    ];
    assert.deepEqual(tokens("hub"), [`Bearer ${HUB_TOKEN}`]);
    assert.deepEqual(tokens("cdn"), [null]);
  }));

Deno.test("downloadCheckpoint() sends no token to another origin that a list names as next", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, { ...REPOSITORY, access: "private" });
    await using other = new FakeHub();
    const headers = {
      "content-type": "application/json",
      link: `<${other.endpoint}/api/next>; rel="next"`,
    };
    const body = new TextEncoder().encode("[]");
    hub.fail(/\/tree\//, { answer: { status: 200, headers, body } });
    assert.match(await refusal(download({ token: HUB_TOKEN })), /HTTP 404/);
    assert.deepEqual(other.requests.map(({ headers }) => headers.get("authorization")), [null]);
  }));

Deno.test("downloadCheckpoint() resumes where the connection was cut, again and again", () =>
  withHub(async (hub, download) => {
    const commit = hub.publish(REPO, REPOSITORY);
    hub.fail(WEIGHTS_PATH, { cutAfter: 30_000 }, 3);
    const { folder } = await download();
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), WEIGHTS);
    const path = `/lfs/${REPO}/${commit}/model.safetensors`;
    assert.deepEqual(hub.paths("cdn"), [
      path,
      `${path} bytes=30000-`,
      `${path} bytes=60000-`,
      `${path} bytes=90000-`,
    ]);
  }));

Deno.test("downloadCheckpoint() gives up where nothing arrives and goes on at the next call", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    hub.fail(WEIGHTS_PATH, { cutAfter: 40_000 });
    hub.fail(WEIGHTS_PATH, { cutAfter: 0 }, 4);
    assert.match(await refusal(download()), /5 attempts brought 40000 of 100000 bytes: /);
    const before = hub.paths("cdn").length;
    const { folder } = await download();
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), WEIGHTS);
    const later = hub.paths("cdn").slice(before).map((path) => path.split(" ")[1]);
    assert.deepEqual(later, ["bytes=40000-"]);
  }));

Deno.test("downloadCheckpoint() breaks a stalled connection off and resumes", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    hub.fail(WEIGHTS_PATH, { stallAfter: 50_000 });
    hub.fail(/\/revision\//, { stallAfter: 3 });
    const { folder } = await download({ stallMs: 1000 });
    assert.deepEqual(await Deno.readFile(join(folder, "model.safetensors")), WEIGHTS);
    assert.match(hub.paths("cdn")[1], / bytes=50000-$/);
  }));

for (const status of [408, 429, 500, 503]) {
  Deno.test(`downloadCheckpoint() asks again after HTTP ${status} of API, hub and storage`, () =>
    withHub(async (hub, download) => {
      const commit = hub.publish(REPO, REPOSITORY);
      for (const path of [/\/revision\//, /\/tree\//, /\/resolve\//, WEIGHTS_PATH]) {
        hub.fail(path, { answer: { status } }, 2);
      }
      assert.equal((await download()).revision, commit);
    }));
}

Deno.test("downloadCheckpoint() throws HubError where a failure does not pass", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    hub.fail(/\/revision\//, { answer: { status: 503 } }, 5);
    assert.match(await refusal(download()), /^Cannot download hf:\S+: HTTP 503 for http/);
    hub.fail(WEIGHTS_PATH, { answer: { status: 503 } }, 5);
    assert.match(await refusal(download()), /5 attempts brought 0 of 100000 bytes: HTTP 503 for/);
    const { endpoint } = hub;
    await hub[Symbol.asyncDispose]();
    assert.match(await refusal(download({ endpoint })), /: fetch failed: .*refused/);
  }));

Deno.test("downloadCheckpoint() throws HubError on a garbled file and keeps none of it", () =>
  withHub(async (hub, download, cache) => {
    hub.publish(REPO, REPOSITORY);
    hub.fail(WEIGHTS_PATH, { garble: true });
    assert.match(await refusal(download()), /model.safetensors does not match the checksum/);
    hub.fail(/\/resolve-cache\//, { answer: { status: 200, body: CONFIG.map((b) => b ^ 1) } });
    const [repository] = await filesIn(cache);
    const [commit] = await filesIn(join(cache, repository));
    const folder = join(cache, repository, commit);
    assert.deepEqual(await filesIn(folder), ["config.json"]);
    await Deno.remove(join(folder, "config.json"));
    assert.match(await refusal(download()), /config.json does not match the checksum/);
    await download();
  }));

Deno.test("downloadCheckpoint() throws HubError on what it may not have, saying what to do", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, { ...REPOSITORY, access: "private" });
    hub.publish("NeoQuasar/gated", { ...REPOSITORY, access: "gated" });
    const gated = "hf:NeoQuasar/gated";
    assert.match(await refusal(download()), /HTTP 401: private or not there; set HF_TOKEN/);
    assert.match(await refusal(download({ token: "" })), /private or not there; set HF_TOKEN/);
    assert.match(await refusal(download({ token: "hf_other" })), /401: HF_TOKEN has no access/);
    assert.match(
      await refusal(download({}, gated)),
      /HTTP 401: gated; accept its conditions at http\S+\/NeoQuasar\/gated and set HF_TOKEN/,
    );
    assert.match(await refusal(download({ token: "hf_other" }, gated)), /with the account of/);
    await download({ token: HUB_TOKEN }, gated);
    hub.fail(WEIGHTS_PATH, { answer: { status: 403 } });
    const message = await refusal(download({ token: HUB_TOKEN }));
    assert.match(message, /HTTP 403: HF_TOKEN has no access/);
    assert(!message.includes(HUB_TOKEN));
  }));

Deno.test("downloadCheckpoint() throws HubError where repository, revision or file is not there", () =>
  withHub(async (hub, download) => {
    hub.publish(REPO, REPOSITORY);
    const absent = await refusal(download({ token: HUB_TOKEN }, "hf:nobody/nothing"));
    assert.match(absent, /^Cannot download hf:nobody\/nothing: HTTP 404: no such repository/);
    assert.match(await refusal(download({}, `${NAME}@v9`)), /HTTP 404: no such/);
    hub.publish(REPO, { ...REPOSITORY, files: { "config.json": CONFIG } });
    assert.match(await refusal(download()), /the repository has no model.safetensors/);
  }));

for (const name of ["hf:small", "hf:a/b/c", "hf:../b", "hf:a/..", "hf:a/b@", "hf:a b/c"]) {
  Deno.test(`downloadCheckpoint() throws HubError on the name ${name}`, async () => {
    const message = await refusal(downloadCheckpoint(name, { cache: "unused" }));
    assert.match(message, /write hf:owner\/name/);
  });
}

for (const endpoint of ["huggingface.co", "ftp://huggingface.co", "http://"]) {
  Deno.test(`downloadCheckpoint() throws HubError on the endpoint ${endpoint}`, async () => {
    const message = await refusal(downloadCheckpoint(NAME, { cache: "unused", endpoint }));
    assert.match(message, /is no http\(s\) address/);
  });
}

for (
  const [what, path, body] of [
    ["commit", /\/revision\//, '{"id":"x"}'],
    ["checksum", /\/tree\//, '[{"type":"file","path":"config.json","size":1},{"type":"file"}]'],
  ] as const
) {
  Deno.test(`downloadCheckpoint() throws HubError on an answer without ${what}`, () =>
    withHub(async (hub, download) => {
      hub.publish(REPO, REPOSITORY);
      const answer = { status: 200, body: new TextEncoder().encode(body) };
      hub.fail(path, { answer });
      const message = await refusal(download());
      assert.match(message, /lacks the commit or the files' checksums|has no model.safetensors/);
    }));
}

Deno.test("downloadCheckpoint() throws HubError where the cache cannot be written", () =>
  withHub(async (hub, download, cache) => {
    hub.publish(REPO, REPOSITORY);
    const file = join(cache, "file");
    await Deno.writeFile(file, new Uint8Array());
    assert.match(await refusal(download({ cache: file })), /^Cannot download hf:\S+: Not a dir/);
    // A folder where the partial file would be.
    const { folder } = await download();
    await Deno.remove(join(folder, "model.safetensors"));
    await Deno.mkdir(join(folder, "model.safetensors.part"));
    assert.match(await refusal(download()), /model.safetensors.part: Is a directory/);
  }));
