/** What the page shows of a service that loads, stops, or asks for a key. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { BrowserTab, CHROMIUM } from "./browser.ts";
import { chooseExample, fillForecast, forecast } from "./forecast_page.ts";

const SMALL = { horizon: 6, context: 60, paths: 8, seed: 7 };

/** What a browser says of answers that are no 200, and of connections that are refused. */
const EXPECTED = /50[03]|401|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

await testWithTools("a drain while the page is open loses no forecast, and is shown", [
  CHROMIUM,
], async () => {
  await using service = await ServiceProcess.ready({
    KRONOS_WORKERS: "1",
    KRONOS_LAME_DUCK_MS: "6000",
    KRONOS_DRAIN_TIMEOUT_MS: "60000",
    KRONOS_GRACE_MS: "65000",
  });
  await using tab = await BrowserTab.open(service.origin);
  const { page } = tab;
  await chooseExample(page);
  await fillForecast(page, { ...SMALL, horizon: 48 });
  await forecast(page);
  await tab.text("#forecast .message", /^\d+ of 48$/);
  service.kill("SIGTERM");
  await tab.text("#forecast .message", /^48 steps from 8 paths/);
  await tab.text("#status-ready", /^stopping; running forecasts are finished$/);
  assert.equal(await service.ended(), 0);
  await tab.text("#status-ready", /^cannot be reached$/);
  await forecast(page);
  await tab.text("#forecast .problems", /connection to the service was lost/);
  tab.assertQuiet(EXPECTED);
});

await testWithTools("a service that asks for a key gets it from the page", [CHROMIUM], async () => {
  await using model = await TinyModelFolder.create();
  const keys = await Deno.makeTempFile();
  await Deno.writeTextFile(keys, createHash("sha256").update("secret").digest("hex"));
  await using service = await ServiceProcess.ready({
    ...model.settings,
    KRONOS_SECURITY_ENABLED: "true",
    KRONOS_API_KEYS_FILE: keys,
    KRONOS_PUBLIC_ROUTES: "docs",
  });
  await using tab = await BrowserTab.open(service.origin);
  const { page } = tab;
  await chooseExample(page);
  await fillForecast(page, SMALL);
  await forecast(page);
  await tab.text("#forecast .problems", /A key is needed/);
  await page.fill("#key", "secret");
  await page.keyboard.press("Enter");
  await forecast(page);
  await tab.text("#forecast .message", /^6 steps/);
  await page.click('[data-take="curl"]');
  const command = await page.inputValue("#command textarea");
  assert.match(command, /Authorization: Bearer \$KRONOS_KEY/);
  assert.ok(!command.includes("secret"));
  tab.assertQuiet(EXPECTED);
  await Deno.remove(keys);
});
