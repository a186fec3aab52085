/** A test of the page: a service of its own, and a browser that shows it. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { ServiceProcess } from "../integration/service_process.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";
import { testWithTools } from "../test_with_tools.ts";
import { BrowserTab, CHROMIUM } from "./browser.ts";

/** Stops at once: there is no balancer to tell. */
const SETTINGS = { KRONOS_WORKERS: "1", KRONOS_LAME_DUCK_MS: "0" };

/** What a test of the page has. */
export interface ShownPage {
  /** What serves it. */
  readonly service: ServiceProcess;
  /** What shows it. */
  readonly tab: BrowserTab;
  /** The tab's page. */
  readonly page: Page;
}

/** Where a test differs from the usual. */
export interface PageCase {
  /** Programs beside the browser. */
  readonly programs?: readonly string[];
  /** Whether the model is the tiny one, which needs no time, and not the default one. */
  readonly tiny?: boolean;
  /** The browser's window and what its person prefers. */
  readonly browser?: BrowserContextOptions;
}

/** Registers a test of the page; left out as `testWithTools()` says. */
export async function pageTest(
  name: string,
  fn: (shown: ShownPage) => Promise<void>,
  { programs = [], tiny = false, browser = {} }: PageCase = {},
): Promise<void> {
  await testWithTools(name, [CHROMIUM, ...programs], async () => {
    await using model = tiny ? await TinyModelFolder.create() : null;
    await using service = await ServiceProcess.ready({ ...SETTINGS, ...model?.settings });
    await using tab = await BrowserTab.open(service.origin, browser);
    await fn({ service, tab, page: tab.page });
  });
}
