/** The Compose files, as Compose itself understands them. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { readConfig, unknownVariables } from "../../src/config.ts";
import { testWithTools } from "../test_with_tools.ts";
import { commandOutput, ROOT } from "./command_output.ts";

/** What is looked at of a service. */
interface ComposeService {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly image: string;
  readonly volumes?: readonly string[];
}

type ComposeServices = Readonly<Record<string, ComposeService>>;

const FILES = {
  "docker-compose.yml": ["docker-compose.yml"],
  "docker-compose.dev.yml": ["docker-compose.yml", "docker-compose.dev.yml"],
  "tests/docker-compose.test.yml": ["tests/docker-compose.test.yml"],
} as const;

/** Read by Compose, which refuses what it does not know. */
async function compose(files: readonly string[]): Promise<ComposeServices> {
  const chosen = files.flatMap((file) => ["--file", file]);
  const args = [...chosen, "--profile", "monitoring", "config"];
  return parse(await commandOutput("docker-compose", args)).services;
}

/** `1m30s` in milliseconds. */
function milliseconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };
  return [...duration.matchAll(/(\d+)([hms])/g)]
    .reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0);
}

for (const [name, files] of Object.entries(FILES)) {
  await testWithTools(
    `${name} is read by Compose, and what it mounts exists`,
    ["docker-compose"],
    async () => {
      for (const { volumes = [] } of Object.values(await compose(files))) {
        const sources = volumes.map((volume) => volume.split(":")[0]);
        for (const source of sources) if (source.startsWith("/")) await Deno.stat(source);
      }
    },
  );

  await testWithTools(
    `${name}: Compose waits as long as the service may take`,
    ["docker-compose"],
    async () => {
      const { kronos } = await compose(files);
      const { graceMs } = readConfig(kronos.environment ?? {});
      assert.ok(milliseconds(kronos.stop_grace_period ?? "10s") >= graceMs);
      assert.deepEqual(unknownVariables(kronos.environment ?? {}), []);
    },
  );
}

await testWithTools("docker-compose.yml bounds the service and takes away what it does not need", [
  "docker-compose",
], async () => {
  const { kronos } = await compose(FILES["docker-compose.yml"]);
  assert.equal(kronos.read_only, true);
  assert.deepEqual(kronos.cap_drop, ["ALL"]);
  assert.ok(kronos.mem_limit !== undefined && kronos.cpus !== undefined);
  assert.equal(kronos.healthcheck?.test.at(-1), "/v1/readyz");
});

await testWithTools("images of others have exact versions", ["docker-compose"], async () => {
  for (const files of Object.values(FILES)) {
    for (const { image } of Object.values(await compose(files))) {
      assert.match(image, /^kronos-edge:|:v?\d+\.\d+\.\d+$/, image);
    }
  }
});

await testWithTools("Prometheus reads deploy/prometheus/prometheus.yml", ["promtool"], async () => {
  await commandOutput("promtool", ["check", "config", "deploy/prometheus/prometheus.yml"]);
});

Deno.test("the image and the tests run the same Deno", async () => {
  const dockerfile = await Deno.readTextFile(`${ROOT}/Dockerfile`);
  assert.equal(dockerfile.match(/^ARG DENO_IMAGE=\S+:(\S+)$/m)?.[1], Deno.version.deno);
});
