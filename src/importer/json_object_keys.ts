/**
 * The keys of a JSON object in their order, repeated ones included.
 *
 * @param text valid JSON whose outermost value is an object
 */
export function jsonObjectKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  // A scan and no regular expression: a string of many megabytes would overflow the matcher's stack.
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const end = endOfString(text, i);
      if (depth === 1 && isBeforeColon(text, end)) keys.push(JSON.parse(text.slice(i, end)));
      i = end - 1;
    }
  }
  return keys;
}

/** Where the string that begins at `start` ends: one past its closing quote. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

function isBeforeColon(text: string, start: number): boolean {
  let i = start;
  while (" \t\r\n".includes(text[i])) i++;
  return text[i] === ":";
}
