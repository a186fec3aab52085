/// <reference lib="dom" />
/** The page's forecasts in a real browser, on the real service with the default model. */
import assert from "node:assert/strict";
import {
  chooseExample,
  chooseFile,
  EXAMPLE,
  fillForecast,
  forecast,
  taken,
} from "./forecast_page.ts";
import { pageTest } from "./page_case.ts";

const SMALL = { horizon: 6, context: 60, paths: 8, seed: 7 };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

await pageTest("an example becomes a forecast, and files of it", async ({ service, tab, page }) => {
  await tab.text("#status-ready", /^ready$/);
  await tab.text("#status-model", /^nano-/);
  await tab.text("#status-queue", /0 of 64 waiting/);
  await chooseExample(page);
  await fillForecast(page, SMALL);
  await forecast(page);
  await tab.text("#forecast .message", /^6 steps from 8 paths by nano-\d+, seed 7\.$/);

  const csv = text(await taken(page, "csv")).trim().split("\n");
  assert.match(
    csv[0],
    /^timestamp,open,high,low,close,volume,amount,close_q0\.05,.*,close_q0\.95$/,
  );
  assert.equal(csv.length, 1 + SMALL.horizon);
  assert.match(csv[1], /^2025-01-31T00:00:00,/);
  const svg = text(await taken(page, "svg"));
  assert.equal(svg.match(/class="band"/g)?.length, 3);
  assert.match(svg, /seed 7<\/text>/);
  assert.deepEqual(
    [...(await taken(page, "png")).subarray(1, 4)],
    [..."PNG"].map((c) => c.charCodeAt(0)),
  );

  await page.click('[data-take="curl"]');
  const command = await page.inputValue("#command textarea");
  const shell = new Deno.Command("sh", { args: ["-c", command], stdout: "piped" });
  const answer = text((await shell.output()).stdout);
  // What the command answers is what the page drew, digit by digit.
  const first = csv[1].split(",");
  for (const number of first.slice(1)) assert.ok(answer.includes(number), number);
  await page.click("[data-do=close]");

  await page.click(".numbers summary");
  assert.equal(await page.locator(".numbers tbody tr").count(), SMALL.horizon);
  tab.assertQuiet();
  assert.equal(await service.stop("SIGINT"), 0);
}, { programs: ["curl"] });

await pageTest(
  "the numbers under the cursor are shown and spoken, by mouse and by keys",
  async ({ tab, page }) => {
    await chooseExample(page);
    await fillForecast(page, SMALL);
    await forecast(page);
    await tab.text("#forecast .message", /6 steps/);
    await page.focus("#forecast .chart");
    await page.keyboard.press("End");
    await tab.text("#forecast .legend", /^2025-01-31 05:00:00 .*forecast.*5% \d/);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await tab.text("#forecast .legend", /^2025-01-06 01:00:00 .*O 249\.1076/);
    const box = await page.locator("#forecast .chart").boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await tab.text("#forecast .legend", /^2025-01-\d\d .*C \d/);
    tab.assertQuiet();
  },
);

await pageTest(
  "a forecast that is cancelled ends, also in the service",
  async ({ service, tab, page }) => {
    await chooseExample(page);
    await fillForecast(page, { horizon: 512, context: 400, paths: 64 });
    await forecast(page);
    await page.click("#forecast button.cancel:enabled");
    await tab.text("#forecast .message", /^Cancelled\.$/);
    await tab.text("#status-queue", /^0 running, 0 of 64 waiting/);
    const gone = await (await service.get("/v1/metrics")).text();
    assert.match(gone, /kronos_clients_gone_total\{[^}]*\} 1/);
    await page.click("#forecast button.main:enabled");
    await page.click("#forecast button.cancel:enabled");
    tab.assertQuiet();
  },
);

await pageTest("candles may be pasted, or dropped anywhere", async ({ tab, page }) => {
  const csv = (await Deno.readTextFile(EXAMPLE)).split("\n").slice(0, 51).join("\n");
  await page.click("#paste summary");
  await page.fill("#pasted", csv);
  await page.click("#use-pasted");
  await tab.text("#source-summary", /^pasted: 50 candles/);
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text.replaceAll(",", ";")], "dropped.csv"));
    return data;
  }, csv);
  await page.dispatchEvent("footer", "dragover", { dataTransfer: transfer });
  assert.equal(await page.getAttribute("body", "class"), "dropping");
  await page.dispatchEvent("footer", "drop", { dataTransfer: transfer });
  await tab.text("#source-summary", /^dropped\.csv: 50 candles/);
  await fillForecast(page, SMALL);
  await forecast(page);
  await tab.text("#forecast .message", /6 steps/);
  tab.assertQuiet();
}, { tiny: true });

await pageTest("what is wrong in a file is shown at its line", async ({ tab, page }) => {
  const lines = (await Deno.readTextFile(EXAMPLE)).split("\n");
  const broken = lines.with(589, lines[589].replace(/,[\d.]+/, ",x")).with(590, lines[588]);
  await chooseFile(page, "broken.csv", broken.join("\n"));
  await tab.text("#source-summary", /broken\.csv: 600 candles.*; 2 cannot be drawn/);
  await forecast(page);
  await tab.text("#forecast .problems", /for 2 reasons/);
  const [first, second] = await page.locator("#forecast .problems li").allInnerTexts();
  assert.match(first, /^Line 590: candles\.open.*number/);
  assert.match(second, /^Line 591: timestamps/);
  const marks = await page.locator("#forecast .problems mark").allInnerTexts();
  assert.deepEqual(marks, ["x", lines[588].split(",")[0]]);

  await chooseFile(page, "empty.csv", "date,open\n");
  await tab.text("#source-summary", /^empty\.csv, line 1: No column high, low, close/);

  await chooseExample(page);
  await fillForecast(page, SMALL);
  await forecast(page);
  await tab.text("#forecast .message", /6 steps/);
  tab.assertQuiet(/422/);
});
