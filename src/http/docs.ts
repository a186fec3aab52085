/** The documentation page: Swagger UI from its npm package, without a CDN. */
import type { Context } from "./app_env.ts";
import { answerInPieces } from "./body_in_pieces.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kronos Edge API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START =
  `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true });\n`;

/** Swagger UI sets style attributes; everything else comes from here. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const JAVASCRIPT = "text/javascript; charset=utf-8";

const START_NAME = "start.js";

/** Files of the package that the page loads, and their types. */
const PACKAGE_FILES: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", JAVASCRIPT],
]);

/** Every file that the page loads. */
export const DOCS_ASSETS: readonly string[] = [...PACKAGE_FILES.keys(), START_NAME];

/** The page. */
export function docsPage(c: Context): Response {
  return c.html(PAGE, 200, { "Content-Security-Policy": CONTENT_SECURITY_POLICY });
}

/** One of the page's files, read from the package when it is first asked for; null for any other. */
export async function docsAsset(c: Context, name: string): Promise<Response | null> {
  if (name === START_NAME) return c.body(START, 200, { "Content-Type": JAVASCRIPT });
  const type = PACKAGE_FILES.get(name);
  if (type === undefined) return null;
  const bytes = await Deno.readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)));
  return answerInPieces(c, bytes, {
    "Content-Type": type,
    "Cache-Control": "public, max-age=3600",
  });
}
