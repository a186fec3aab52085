/** The page at `/`: charts of candles and their forecasts, for people. */
import type { Config } from "../config.ts";
import type { Context } from "./app_env.ts";
import { type PageFiles, readPageFiles } from "./page_files.ts";

/** Nothing but this origin, and nothing inline. Pictures of the chart are made in the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A year: the most that caches take. A file's name has its content's hash. */
const ASSET_CACHE = "public, max-age=31536000, immutable";

/** Read when somebody first asks; the same for every service of the process. */
let files: PageFiles | undefined;

function pageFiles(): PageFiles {
  return files ??= readPageFiles();
}

/** The page, its fields filled with this service's defaults. */
export function page(c: Context, config: Config): Response {
  const defaults: Readonly<Record<string, number>> = {
    lookback: config.defaultLookback,
    horizon: config.defaultPredLen,
    paths: config.defaultBandSamples,
    maxPaths: config.maxSampleCount,
  };
  const html = pageFiles().html.replace(/\{(\w+)\}/g, (_, name: string) => String(defaults[name]));
  return c.html(html, 200, {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-cache",
  });
}

/** One of the page's files; null for any other name. */
export function pageAsset(c: Context, name: string): Response | null {
  const file = pageFiles().files.get(name);
  if (file === undefined) return null;
  return c.body(file.body, 200, { "Content-Type": file.type, "Cache-Control": ASSET_CACHE });
}
