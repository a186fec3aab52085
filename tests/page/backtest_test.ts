/** The page's backtests in a real browser, on the real service with the default model. */
import assert from "node:assert/strict";
import { chooseExample } from "./forecast_page.ts";
import { pageTest } from "./page_case.ts";

const SMALL = { horizon: 4, windows: 3, context: 60, paths: 8, seed: 7 };

await pageTest("a backtest is drawn window by window, judged and scored", async ({ tab, page }) => {
  await chooseExample(page);
  await page.click("#tab-backtest");
  for (const [name, value] of Object.entries(SMALL)) {
    await page.fill(`#backtest-form [name="${name}"]`, String(value));
  }
  await page.click("#backtest-form button.main");
  await tab.text(
    "#backtest .message",
    /^3 windows of 4 steps, 8 paths each, from 60 candles, seed 7\.$/,
  );
  await tab.text("#backtest .verdict", /^Over 3 windows .*random walk.*\.$/);
  const measures = await page.locator(".overall tbody tr td:first-child").allInnerTexts();
  assert.equal(measures.length, 6);
  assert.match(measures[0], /^CRPS/);
  await page.click(".scores summary");
  assert.ok(await page.locator(".by-step tbody tr").count() > 0);
  await page.focus("#backtest .chart");
  await page.keyboard.press("End");
  await tab.text("#backtest .legend", /^2025-01-30 23:00:00 .*forecast.*5% \d/);

  await page.fill('#backtest-form [name="windows"]', "1000");
  await page.click("#backtest-form button.main");
  await tab.text("#backtest .problems", /KRONOS_BACKTEST_MAX_WINDOWS/);
  assert.equal(
    await page.getAttribute('#backtest-form [name="windows"]', "aria-invalid"),
    "true",
  );
  tab.assertQuiet(/422/);
});

await pageTest("a backtest that is cancelled ends, also in the service", async ({ tab, page }) => {
  await chooseExample(page);
  await page.click("#tab-backtest");
  await page.fill('#backtest-form [name="windows"]', "20");
  await page.fill('#backtest-form [name="step"]', "4");
  await page.click("#backtest-form button.main");
  await page.click("#backtest button.cancel:enabled");
  await tab.text("#backtest .message", /^Cancelled\.$/);
  await tab.text("#status-queue", /^0 running, 0 of 64 waiting/);
  tab.assertQuiet();
});
