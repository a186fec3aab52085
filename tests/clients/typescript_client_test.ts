/** The TypeScript client against the real service: in Deno, as a built package in Node, in a browser. */
import assert from "node:assert/strict";
import {
  KronosClient,
  KronosError,
  type PredictRequest,
} from "../../clients/typescript/src/kronos_client.ts";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { BrowserTab, CHROMIUM } from "../page/browser.ts";
import { testWithTools } from "../test_with_tools.ts";
import { type Findings, scenario } from "./scenario.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const REQUEST = predictRequest(24, 5, { fields: { quantiles: [0.1, 0.9] } }) as PredictRequest;
const LONG = predictRequest(24, 512, { fields: { include_samples: true } }) as PredictRequest;

/** A service of a model that needs no time. */
async function tinyService() {
  const model = await TinyModelFolder.create();
  const service = await ServiceProcess.ready({ ...model.settings, KRONOS_LAME_DUCK_MS: "0" });
  const dispose = async (): Promise<void> => {
    await service[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  };
  return { service, [Symbol.asyncDispose]: dispose };
}

/** Fails where a platform found anything else than the service has. */
function assertFindings(found: Findings): void {
  assert.equal(found.ready, "ok");
  assert.equal(found.version, "tiny");
  assert.equal(found.single.length, 5);
  assert.deepEqual(found.batch, [found.single, found.single]);
  assert.deepEqual(found.streamed, found.single);
  assert.deepEqual(found.events, ["start", "candle", "summary"]);
  assert.deepEqual(found.refused, ["ValidationError", 422, "timestamps", 1]);
  assert.equal(found.aborted, "AbortError");
  assert.equal(found.left, 1);
  assert.deepEqual(found.windows, [3, 3]);
}

Deno.test("the client asks, streams, fails and leaves in Deno", async () => {
  await using tiny = await tinyService();
  assertFindings(await scenario(KronosClient, tiny.service.origin, REQUEST, LONG));
});

await testWithTools("the built package does so in Node", ["node"], async () => {
  await using tiny = await tinyService();
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    const output = await new Deno.Command(command, { args: [...args], cwd: ROOT }).output();
    const [out, err] = [output.stdout, output.stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    assert.ok(output.success, out + err);
    return out;
  };
  await run(Deno.execPath(), ["task", "client:build"]);
  const script = `
    import { KronosClient } from "${ROOT}clients/typescript/dist/kronos_client.js";
    const found = await (${scenario})(
      KronosClient,
      ${JSON.stringify(tiny.service.origin)},
      ${JSON.stringify(REQUEST)},
      ${JSON.stringify(LONG)},
    );
    console.log(JSON.stringify(found));`;
  assertFindings(JSON.parse(await run("node", ["--input-type=module", "--eval", script])));
});

await testWithTools("the module that the page loads does so in a browser", [CHROMIUM], async () => {
  await using tiny = await tinyService();
  const { origin } = tiny.service;
  await using tab = await BrowserTab.open(origin);
  const [path] = /\/page\/kronos_client-\w+\.js/.exec(await tab.page.content()) ?? [];
  const found = await tab.page.evaluate(`
    import(${JSON.stringify(path)}).then(({ KronosClient }) => (${scenario})(
      KronosClient,
      "",
      ${JSON.stringify(REQUEST)},
      ${JSON.stringify(LONG)},
    ))`);
  assertFindings(found as Findings);
  tab.assertQuiet(/422/);
});

Deno.test("a key is sent, and its lack is an error with its type", async () => {
  const asked: (string | null)[] = [];
  const client = (apiKey?: string): KronosClient =>
    new KronosClient({
      baseUrl: "http://service.example",
      ...(apiKey === undefined ? {} : { apiKey }),
      fetch: (request) => {
        asked.push((request as Request).headers.get("authorization"));
        const error = { type: "Unauthorized", message: "A key is needed" };
        return Promise.resolve(Response.json({ error }, { status: 401 }));
      },
    });
  for (const apiKey of [undefined, "one"]) {
    await assert.rejects(client(apiKey).predict(REQUEST), (error) => {
      assert.ok(error instanceof KronosError);
      assert.deepEqual([error.type, error.status], ["Unauthorized", 401]);
      return true;
    });
  }
  assert.deepEqual(asked, [null, "Bearer one"]);
});

Deno.test("a stream that ends with an error, or without a summary, throws", async () => {
  const candle = 'event: candle\nid: 1\ndata: {"step":1}\n\n';
  const error = 'event: error\ndata: {"error":{"type":"Draining","message":"stopping"}}\n\n';
  const cases = [[candle + error, "Draining", /^stopping$/], [candle, "Unreadable", /summary/]];
  for (const [body, type, message] of cases as [string, string, RegExp][]) {
    const client = new KronosClient({
      baseUrl: "http://service.example",
      fetch: () => Promise.resolve(new Response(body)),
    });
    const steps: string[] = [];
    const read = async (): Promise<void> => {
      for await (const event of client.stream(REQUEST)) steps.push(event.type);
    };
    await assert.rejects(read(), (thrown) => {
      assert.ok(thrown instanceof KronosError);
      assert.equal(thrown.type, type);
      assert.match(thrown.message, message);
      return true;
    });
    assert.deepEqual(steps, ["candle"]);
  }
});
