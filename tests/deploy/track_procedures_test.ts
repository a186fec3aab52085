/** The procedures of DEPLOYMENT.md behind HAProxy, carried out by its own commands under load. */
import assert from "node:assert/strict";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { FAILING_LENGTHS, faultyModel } from "../reliability/faulty_encoder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { commandOutput } from "./command_output.ts";
import { documentedCommands, documentedTracks } from "./documented_commands.ts";
import { type LoadResult, type LoadShape, TracksUnderLoad } from "./tracks_under_load.ts";

/** Series as long as those on which a faulty model fails. */
const CANDLES = FAILING_LENGTHS.throws;

/** Registers a test of blue, with the tiny model, under load; green is for the test to start. */
async function tracksTest(
  name: string,
  load: Omit<LoadShape, "candles">,
  fn: (tracks: TracksUnderLoad, model: TinyModelFolder) => Promise<void>,
): Promise<void> {
  await testWithTools(name, ["k6", "haproxy"], async () => {
    await using model = await TinyModelFolder.create();
    await using tracks = await TracksUnderLoad.start(model.settings, { ...load, candles: CANDLES });
    await fn(tracks, model);
  });
}

/** k6 held its objectives: no forecast failed or was refused but by the exempt track. */
function assertNoneFailed({ code, metrics }: LoadResult): void {
  const failed = metrics["forecasts_failed{exempt:false}"].values.passes;
  const refused = metrics["forecasts_refused{exempt:false}"].values.passes;
  assert.deepEqual([failed, refused], [0, 0]);
  assert.equal(metrics["http_req_failed{kind:probe}"].values.passes, 0);
  assert.ok(metrics.forecasts_answered.values.count > 0);
  assert.equal(code, 0);
}

await tracksTest(
  "blue-green: switched, back, and switched again without a failure",
  { durationS: 40 },
  async (tracks, model) => {
    const [go, back] = await documentedCommands("Blue-green");
    const green = await tracks.startTrack("green", model.settings);
    await tracks.until(
      "green is up",
      async () => (await tracks.haproxy.statistics("green")).status === "UP",
    );
    const smoke = ["run", "--allow-net", "tests/deploy/smoke.ts", green.origin];
    await commandOutput(Deno.execPath(), smoke);
    assert.equal((await tracks.answers("green")).all, 0, "green had no request of a client");
    const seen = await documentedTracks(await tracks.haproxy.command("show stat"));
    assert.match(seen, /^blue {3}UP {4}weight 100 {2}answers [1-9]\d* +5xx 0$/m);
    assert.match(seen, /^green {2}UP {4}weight 0 {4}answers 0 {6}5xx 0$/m);

    await tracks.command(go);
    await tracks.answered("green", 40);
    await tracks.command(back);
    await tracks.answered("blue", 40);
    await tracks.command(go);
    await tracks.answered("green", 20);
    const { all } = await tracks.answers("blue");
    await tracks.answered("green", 20);
    assert.equal((await tracks.answers("blue")).all, all, "blue has no request any more");
    const stop = await tracks.stopTrack("blue");
    assert.equal(stop.code, 0);
    await tracks.answered("green", 20);

    const result = await tracks.result();
    assertNoneFailed(result);
    const { receipt } = await tracks.stopTrack("green");
    const ofSmoke = 1;
    const answered = result.metrics.forecasts_answered.values.count;
    assert.equal(stop.receipt.finished + receipt.finished, answered + ofSmoke);
  },
);

await tracksTest(
  "canary: each weight is the share of requests, without a failure",
  { durationS: 40 },
  async (tracks, model) => {
    const [tenth, half, all] = await documentedCommands("Canary by weight");
    await tracks.startTrack("green", model.settings);
    await tracks.haproxy.untilUp("green");
    for (const [commands, share] of [[tenth, 0.1], [half, 0.5], [all, 1]] as const) {
      await tracks.command(commands);
      // What was under way at the command is answered by then.
      await tracks.shareOfGreen(20);
      const measured = await tracks.shareOfGreen(200);
      assert.ok(Math.abs(measured - share) <= 0.04, `${measured} is not near ${share}`);
    }
    assertNoneFailed(await tracks.result());
  },
);

await tracksTest(
  "rollback by error rate: only the canary fails, and nothing after the command",
  { durationS: 30, exempt: "green" },
  async (tracks) => {
    const [canary] = await documentedCommands("Canary by weight");
    const [rollback] = await documentedCommands("Rollback");
    await using faulty = await faultyModel();
    // Its circuit would open first: this is about failures that no readiness shows.
    await tracks.startTrack("green", { ...faulty.settings, KRONOS_CIRCUIT_MIN_REQUESTS: "10000" });
    await tracks.haproxy.untilUp("green");
    await tracks.command(canary);
    await tracks.until("the error rate tells", async () => {
      const { all, failed } = await tracks.answers("green");
      return all >= 20 && failed / all > 0.05;
    });
    assert.equal((await tracks.answers("blue")).failed, 0, "the old track's own error rate");
    await tracks.command(rollback);
    // What was under way at the command is answered by then.
    await tracks.answered("blue", 40);
    const { all } = await tracks.answers("green");
    await tracks.answered("blue", 60);
    assert.equal((await tracks.answers("green")).all, all, "no request after the rollback");
    const stop = await tracks.stopTrack("green");
    assert.equal(stop.receipt.lost, 0);

    const result = await tracks.result();
    assertNoneFailed(result);
    const { failed } = await tracks.answers("green");
    assert.equal(result.metrics["forecasts_failed{exempt:true}"].values.passes, failed);
    assert.ok(failed > 0);
  },
);

await tracksTest(
  "rollback by readiness: a canary whose circuit opens is left alone by itself",
  { durationS: 30, exempt: "green" },
  async (tracks) => {
    const [canary] = await documentedCommands("Canary by weight");
    const [rollback] = await documentedCommands("Rollback");
    await using faulty = await faultyModel();
    const settings = { KRONOS_CIRCUIT_MIN_REQUESTS: "3", KRONOS_CIRCUIT_COOLDOWN: "600" };
    await tracks.startTrack("green", { ...faulty.settings, ...settings });
    await tracks.haproxy.untilUp("green");
    await tracks.command(canary);
    await tracks.until(
      "green is not ready",
      async () => (await tracks.haproxy.statistics("green")).status === "DOWN",
    );
    const { all, failed } = await tracks.answers("green");
    assert.ok(failed >= 3, "its circuit opened on failures");
    await tracks.answered("blue", 60);
    assert.equal((await tracks.answers("green")).all, all, "no request while it is not ready");
    await tracks.command(rollback);
    assertNoneFailed(await tracks.result());
  },
);

await tracksTest("a canary that never becomes ready has no request", {
  durationS: 20,
}, async (tracks, model) => {
  const [canary] = await documentedCommands("Canary by weight");
  const green = await tracks.startTrack("green", { KRONOS_MODEL_PATH: `${model.path}/none` });
  await tracks.command(canary);
  assert.equal((await green.get("/v1/readyz")).status, 503);
  await tracks.answered("blue", 60);
  assert.equal((await tracks.answers("green")).all, 0);
  assertNoneFailed(await tracks.result());
});
