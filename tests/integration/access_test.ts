/** Access control of the real process: keys from a file that changes, the second port, bad settings. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { predictRequest } from "./candles.ts";
import { ServiceProcess } from "./service_process.ts";

const SINGLE = "/v1/predict/single";

const EXIT_CONFIG = 78;

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");

/** A file with the hash of each key, which the test removes. */
class KeyFile {
  readonly path = Deno.makeTempFileSync();

  constructor(...keys: string[]) {
    this.write(...keys);
  }

  write(...keys: string[]): void {
    Deno.writeTextFileSync(this.path, keys.map(hash).join("\n"));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}

/** The status of a request with a key. */
async function statusOf(service: ServiceProcess, key: string): Promise<number> {
  const response = await service.post(SINGLE, predictRequest(8, 1), {
    headers: { "X-API-Key": key },
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("keys change without a restart; the second port asks for none", async () => {
  using file = new KeyFile("old");
  await using service = await ServiceProcess.ready({
    KRONOS_SECURITY_ENABLED: "true",
    KRONOS_API_KEYS_FILE: file.path,
    KRONOS_ADMIN_PORT: "0",
    KRONOS_LAME_DUCK_MS: "0",
  });
  assert.deepEqual([await statusOf(service, "old"), await statusOf(service, "new")], [200, 401]);
  const closed = await service.get("/v1/metrics");
  assert.equal(closed.status, 401);
  await closed.body?.cancel();
  const { port } = await service.line((line) =>
    line.message === "listening for probes and metrics"
  );
  const page = await (await fetch(`http://127.0.0.1:${port}/v1/metrics`)).text();
  assert.match(page, /kronos_security_events_total\{event="wrong_key"\} 1/);
  file.write("new");
  // The file counts as read for a second.
  while (await statusOf(service, "new") === 401);
  assert.equal(await statusOf(service, "old"), 401);
  assert.equal(await service.stop("SIGINT"), 0);
});

Deno.test("a file of keys that cannot be used ends the start with a line that names it", async () => {
  const broken = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=start", "src/main.ts"],
    env: {
      PORT: "0",
      KRONOS_SECURITY_ENABLED: "true",
      KRONOS_API_KEYS_FILE: "/nowhere/keys",
    },
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await broken.output();
  assert.equal(code, EXIT_CONFIG);
  assert.match(
    new TextDecoder().decode(stderr),
    /Bad configuration: KRONOS_API_KEYS_FILE=\/nowhere\/keys: does not exist/,
  );
});
