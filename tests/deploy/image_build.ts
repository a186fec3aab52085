/** The image, built from a base of Debian's packages and run by Podman. */
import assert from "node:assert/strict";
import { PLATFORM_PHASES } from "../../src/settings/drain_settings.ts";
import { testWithTools } from "../test_with_tools.ts";
import { commandOutput, ROOT } from "./command_output.ts";
import { Container, podman } from "./container.ts";

const IMAGE = "localhost/kronos-edge:tested";

/** Most that the service, its model and its packages may add to the base, in bytes. */
const MAX_ADDED_BYTES = 64_000_000;

/** How often a test asks whether the service is ready: about two minutes on a loaded machine. */
const TRIES = 200;

async function imageSize(image: string): Promise<number> {
  return Number(await podman("image", "inspect", "--format", "{{.Size}}", image));
}

/** Runs the image's own health check, or one of another path, until it passes. */
async function healthy(container: Container, check: readonly string[]): Promise<void> {
  for (let left = TRIES;; left--) {
    try {
      await container.exec(...check);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

await testWithTools(
  "the image serves read-only, offline and unprivileged, and drains when told to stop",
  [
    "buildah",
    "debootstrap",
    "podman",
    "runc",
  ],
  async (t) => {
    await commandOutput("deploy/local_image.sh", [IMAGE]);
    const [image] = JSON.parse(await podman("image", "inspect", IMAGE));
    await using container = await Container.run(IMAGE);
    const check: string[] = image.Healthcheck.Test.slice(1);

    await t.step("its health check passes, and readiness follows", async () => {
      await healthy(container, check);
      await healthy(container, [...check, "/v1/readyz"]);
    });

    await t.step("it forecasts and shows its documentation without a network", async () => {
      const smoke = await Deno.readTextFile(`${ROOT}/tests/deploy/smoke.ts`);
      await container.script(smoke, "http://127.0.0.1:8000");
    });

    await t.step("it is not root, owns nothing, and can write nowhere", async () => {
      assert.equal((await container.exec("id", "--user")).trim(), "1993");
      const writable = ["(", "-user", "deno", "-o", "-perm", "-o=w", ")", "-not", "-type", "l"];
      assert.equal(await container.exec("find", "/app", "/cache", ...writable), "");
      await assert.rejects(container.exec("touch", "/tmp/a"), /Read-only file system/);
    });

    await t.step("a SIGTERM reaches the service, which drains within Docker's 10 s", async () => {
      const graceS = PLATFORM_PHASES.docker.graceMs / 1000;
      assert.equal(await container.stop(graceS), 0);
      const receipt = (await container.log()).at(-1);
      assert.equal(receipt?.event, "drain_receipt");
      assert.deepEqual([receipt?.signal, receipt?.accepted, receipt?.lost], ["SIGTERM", 1, 0]);
    });

    await t.step("its labels name the version and the commit", async () => {
      const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
      assert.equal(image.Labels["org.opencontainers.image.version"], version);
      const commit = await commandOutput("git", ["rev-parse", "HEAD"]);
      assert.equal(image.Labels["org.opencontainers.image.revision"], commit.trim());
    });

    await t.step("it adds little to its base", async () => {
      const added = await imageSize(IMAGE) - await imageSize(`localhost/deno:${Deno.version.deno}`);
      assert.ok(added < MAX_ADDED_BYTES, `${added} bytes`);
    });
  },
);
