/** Stops that do not take their usual course, and configurations that could not. */
import assert from "node:assert/strict";
import { predictRequest } from "../integration/candles.ts";
import { ServiceProcess } from "../integration/service_process.ts";
import { testWithTools } from "../test_with_tools.ts";
import { phase, running, serviceTest, stopOf } from "./drained_service.ts";
import { RawConnection, rawRequest } from "./raw_connection.ts";
import { TinyModelFolder } from "./tiny_model_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

for (const [signal, exitCode] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  serviceTest(`a second signal, ${signal}, ends at once with a receipt`, async (service) => {
    using client = await RawConnection.to(service.port);
    const request = predictRequest(48, 512, { fields: { overrides: { sample_count: 64 } } });
    await client.send(rawRequest("POST", "/v1/predict/single", request));
    await running(service, 1);
    service.kill("SIGTERM");
    await phase(service, "lame_duck");
    service.kill(signal);
    assert.equal(await service.ended(), exitCode);
    const { event, accepted, finished, lost } = service.lines.at(-1)!;
    assert.deepEqual([event, accepted, finished, lost], ["drain_receipt", 1, 0, 1]);
    await client.rest();
  }, { KRONOS_LAME_DUCK_MS: "15000" });
}

Deno.test("a signal while the model loads ends cleanly, without a lame duck", async () => {
  await using service = await ServiceProcess.start();
  service.kill("SIGTERM");
  const { code, receipt } = await stopOf(service);
  assert.equal(code, 0);
  assert.equal(receipt.accepted, 0);
  assert.ok(receipt.phases_ms.lame_duck < 5000, JSON.stringify(receipt));
});

await testWithTools("Ctrl-C at a terminal skips the lame duck", ["script"], async () => {
  await using model = await TinyModelFolder.create();
  const child = new Deno.Command("script", {
    args: [
      "--quiet",
      "--return",
      "--command",
      // A shell that stayed in between would die of the key itself (dash does not exec by itself).
      `exec ${Deno.execPath()} run -P=start src/main.ts`,
      "/dev/null",
    ],
    cwd: ROOT,
    env: { PORT: "0", ...model.settings },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keys = child.stdin.getWriter();
  const lines: Record<string, unknown>[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      // The terminal echoes the key in front of what is printed next.
      const line = part.indexOf("{") < 0 ? null : JSON.parse(part.slice(part.indexOf("{")));
      if (line === null) continue;
      lines.push(line);
      if (line.message === "ready") await keys.write(new TextEncoder().encode("\x03"));
    }
  }
  await keys.close();
  assert.equal((await child.status).code, 0);
  const receipt = lines.at(-1) as {
    event: string;
    signal: string;
    phases_ms: { lame_duck: number };
  };
  assert.deepEqual([receipt.event, receipt.signal], ["drain_receipt", "SIGINT"]);
  assert.ok(receipt.phases_ms.lame_duck < 5000, JSON.stringify(receipt));
});

Deno.test("phases that do not fit into the platform's grace are refused at the start", async () => {
  const cases: readonly Readonly<Record<string, string>>[] = [
    { KRONOS_LAME_DUCK_MS: "30000" },
    { KRONOS_PLATFORM: "docker", KRONOS_DRAIN_TIMEOUT_MS: "10000" },
    { KRONOS_PLATFORM: "deno_deploy", KRONOS_GRACE_MS: "4000" },
  ];
  for (const env of cases) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-P=start", "src/main.ts"],
      cwd: ROOT,
      env: { PORT: "0", ...env },
    }).output();
    assert.equal(code, 78);
    assert.match(new TextDecoder().decode(stderr), /KRONOS_GRACE_MS=\d+: each must be less/);
  }
});
