/** The command that asks what the page asked. */

/** Ends the body; no line of JSON is it. */
const END = "JSON";

/**
 * A command of a shell.
 *
 * @param origin `https://host`
 * @param path of the route
 * @param keyed whether the service asks for a key, which the command takes from `KRONOS_KEY`
 */
export function curlCommand(origin: string, path: string, body: unknown, keyed: boolean): string {
  const head = [
    "curl --no-buffer --silent --show-error",
    ...(keyed ? ['  --header "Authorization: Bearer $KRONOS_KEY"'] : []),
    "  --header 'Content-Type: application/json'",
    `  --data-binary @- '${origin}${path}' <<'${END}'`,
  ];
  return `${head.join(" \\\n")}\n${JSON.stringify(body)}\n${END}\n`;
}
