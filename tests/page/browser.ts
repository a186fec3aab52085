/** A real browser on the page of a running service; whatever it complains of fails the test. */
import assert from "node:assert/strict";
import { programPath } from "../program_path.ts";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** The program, as Debian names it. */
export const CHROMIUM = "chromium";

/** Longest that the page may take for one thing, in milliseconds: a loaded machine is slow. */
const PATIENCE_MS = 120_000;

/** One tab of a browser. */
export class BrowserTab implements AsyncDisposable {
  /** What it shows. */
  readonly page: Page;
  /** Errors of scripts, of the policy and of requests so far. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (line) => {
      if (line.type() === "error") this.complaints.push(line.text());
    });
  }

  /** Opens an address. */
  static async open(address: string, options: BrowserContextOptions = {}): Promise<BrowserTab> {
    const browser = await chromium.launch({
      executablePath: await programPath(CHROMIUM) ?? CHROMIUM,
      // Root has no sandbox; small /dev/shm of containers is not enough.
      args: [...(Deno.uid() === 0 ? ["--no-sandbox"] : []), "--disable-dev-shm-usage"],
      timeout: PATIENCE_MS,
    });
    const tab = new BrowserTab(browser, await browser.newPage(options));
    await tab.page.goto(address);
    return tab;
  }

  /** Waits until an element that is shown has text that fits. */
  async text(selector: string, fits: RegExp): Promise<string> {
    const found = this.page.locator(selector).filter({ hasText: fits, visible: true });
    await found.first().waitFor();
    return await found.first().innerText();
  }

  /** Fails where the browser complained of anything but what fits. */
  assertQuiet(expected: RegExp = /^$/): void {
    assert.deepEqual(this.complaints.filter((complaint) => !expected.test(complaint)), []);
  }

  /** Closes the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
