/// <reference lib="dom" />
/** Starts the page: the service's state, where candles come from, and a tab for what can be done. */
import { KronosClient } from "../clients/typescript/src/kronos_client.ts";
import { BacktestTab } from "./backtest_tab.ts";
import { element } from "./element.ts";
import { ForecastTab, type TabPage } from "./forecast_tab.ts";
import { wireSource } from "./source_section.ts";
import { StatusStrip } from "./status_strip.ts";
import { wireTabs } from "./tabs.ts";

/** Further tries of a forecast that was refused: a person sees the refusal soon, and may try again. */
const RETRIES = 2;

const access = element(document, "#access", HTMLFormElement);
const key = element(access, "#key", HTMLInputElement);

const page: TabPage = {
  client: () =>
    new KronosClient({
      baseUrl: "",
      retries: RETRIES,
      ...(key.value === "" ? {} : { apiKey: key.value }),
    }),
  keyNeeded: () => {
    access.hidden = false;
    key.focus();
  },
  keyed: () => key.value !== "",
};

const tabs = [new ForecastTab(page), new BacktestTab(page)];
access.addEventListener("submit", (event) => {
  event.preventDefault();
  access.hidden = true; // until it is found wrong
});
wireTabs(element(document, '[role="tablist"]', HTMLElement));
wireSource((file) => {
  for (const tab of tabs) tab.use(file);
});
await new StatusStrip(page.client).refresh();
