/** From the bytes of a body to its JSON value, or what is wrong with it and where. */
import { visit } from "jsonc-parser";
import { malformed } from "./errors.ts";

/**
 * Where the text stops being JSON, in characters from 0; undefined where nobody knows. V8 does not say
 * it of the commonest mistake, a token that does not belong there, such as NaN.
 */
function errorPosition(text: string, error: SyntaxError): number | undefined {
  const stated = /position (\d+)/.exec(error.message);
  if (stated !== null) return Number(stated[1]);
  let position: number | undefined;
  try {
    visit(text, { onError: (_code, offset) => position ??= offset }, { disallowComments: true });
  } catch (thrown) {
    // It recurses, which V8's parser does not: the position of an error that deep stays unknown.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return position;
}

/**
 * The body's JSON value. Of a key that comes twice the last counts; a byte order mark is skipped.
 *
 * @throws ApiError MalformedRequest
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed("The body is not valid UTF-8", "utf8", undefined, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = errorPosition(text, error);
    if (position === undefined) {
      throw malformed("The body is not valid JSON", "json", undefined, error);
    }
    const near = text.slice(position, position + 20);
    const message = `The body is not valid JSON at position ${position}: ${JSON.stringify(near)}`;
    throw malformed(message, "json", position, error);
  }
}
