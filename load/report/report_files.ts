/** What `handleSummary` of every scenario returns: files by their path, and what is printed. */
import { consoleText } from "./console_text.ts";
import { junitXml } from "./junit.ts";
import { type ReportedRun, reportPage } from "./page.ts";

/** The summary as JSON, JUnit's XML and a page, in the folder of the results. */
export function reportFiles(run: ReportedRun): Record<string, string> {
  const file = `${run.load.results}/${run.scenario}`;
  return {
    [`${file}.json`]: JSON.stringify(
      { ...run.summary, load: run.load, profile: run.profile },
      null,
      1,
    ),
    [`${file}.xml`]: junitXml(run.scenario, run.summary),
    [`${file}.html`]: reportPage(run),
    stdout: consoleText(run),
  };
}
