/** What a person does on the page. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";

/** The file of an example. */
export const EXAMPLE: URL = new URL("../../examples/synthetic-1h.csv", import.meta.url);

/** Chooses a file by the button. */
export async function chooseFile(page: Page, name: string, text: string): Promise<void> {
  await page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

/** Chooses the hourly example. */
export async function chooseExample(page: Page): Promise<void> {
  await page.selectOption("#example", { label: "synthetic, hourly" });
  await page.locator("#source-summary", { hasText: "600 candles" }).waitFor();
}

/** Fills the form of forecasts by the names of its fields. */
export async function fillForecast(
  page: Page,
  fields: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    await page.fill(`#forecast-form [name="${name}"]`, String(value));
  }
}

/** Presses the button that asks. */
export async function forecast(page: Page): Promise<void> {
  await page.click("#forecast-form button.main");
}

/** The file that a button gives. */
export async function taken(page: Page, kind: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click(`.downloads [data-take="${kind}"]`),
  ]);
  return await Deno.readFile(await download.path());
}
