/// <reference lib="dom" />
/** The page for everybody: axe's rules, the keyboard alone, a phone, the dark. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { AxeResults } from "axe-core";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { BrowserTab, CHROMIUM } from "./browser.ts";
import { chooseExample, chooseFile, fillForecast, forecast } from "./forecast_page.ts";
import { pageTest } from "./page_case.ts";

/** Where pictures are left to be looked at. */
const PICTURES = new URL("../../coverage/page", import.meta.url).pathname;

/** Pixels of a small phone. */
const PHONE = { width: 360, height: 740 };

const SMALL = { horizon: 6, context: 60, paths: 8, seed: 7 };

const AXE = await Deno.readTextFile(
  new URL("axe.min.js", import.meta.resolve("axe-core")),
);

/** Fails with every rule that the page breaks seriously, and where. */
async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate("axe.run()") as AxeResults;
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const places = serious.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  assert.deepEqual(places, []);
}

/** Chooses the example with the form filled for a forecast of no time. */
async function prepared(page: Page): Promise<void> {
  await chooseExample(page);
  await fillForecast(page, SMALL);
}

await testWithTools("axe finds nothing serious, in the light and in the dark, on any tab", [
  CHROMIUM,
], async () => {
  await using model = await TinyModelFolder.create();
  await using service = await ServiceProcess.ready(model.settings);
  for (const colorScheme of ["light", "dark"] as const) {
    await using tab = await BrowserTab.open(service.origin, { colorScheme });
    const { page } = tab;
    await assertAccessible(page);
    await prepared(page);
    await forecast(page);
    await tab.text("#forecast .message", /^6 steps/);
    await page.click(".numbers summary");
    await assertAccessible(page);
    await page.click('[data-take="curl"]');
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await page.click("#paste summary");
    await chooseFile(
      page,
      "bad.csv",
      "time,open,high,low,close\n2024-01-01,1,1,1,x\n2024-01-02,1,1,1,1",
    );
    await forecast(page);
    await tab.text("#forecast .problems", /does not take this/);
    await assertAccessible(page);
    await page.click("#tab-backtest");
    await assertAccessible(page);
    tab.assertQuiet(/422/);
  }
});

await pageTest(
  "the keyboard alone leads to a forecast and through its numbers",
  async ({ tab, page }) => {
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { id, className, tagName } = document.activeElement ?? document.body;
        return `${tagName.toLowerCase()}#${id}.${className}`;
      });
    /** Presses Tab until something is focused. */
    const tabTo = async (what: RegExp): Promise<void> => {
      for (let left = 40; !what.test(await focused()); left--) {
        assert.ok(left > 0, `${what} cannot be reached`);
        await page.keyboard.press("Tab");
      }
    };
    await tabTo(/select#example/);
    await page.keyboard.type("synthetic, h");
    await page.locator("#source-summary", { hasText: "600 candles" }).waitFor();
    await tabTo(/button#tab-forecast/);
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(), /tab-backtest/);
    await page.keyboard.press("ArrowLeft");
    await tabTo(/input#/);
    await page.keyboard.type("6");
    await page.keyboard.press("Enter");
    await tab.text("#forecast .message", /^6 steps/);
    await tabTo(/div#\.chart/);
    await page.keyboard.press("End");
    assert.match(
      await page.locator("#forecast .at-cursor").innerText(),
      /2025-01-31T05:00:00, fore/,
    );
    tab.assertQuiet();
  },
  { tiny: true },
);

await pageTest("a phone shows all of it without scrolling sideways, in the dark too", async (
  { tab, page },
) => {
  await prepared(page);
  await page.tap("#forecast-form button.main");
  await tab.text("#forecast .message", /^6 steps/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.width, `${width} pixels wide`);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.ok(ground.match(/\d+/g)?.every((part) => Number(part) < 60), ground);
  await page.screenshot({ path: `${PICTURES}/phone-dark.png`, fullPage: true });
  tab.assertQuiet();
}, {
  tiny: true,
  browser: { viewport: PHONE, isMobile: true, hasTouch: true, colorScheme: "dark" },
});
