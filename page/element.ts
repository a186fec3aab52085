/// <reference lib="dom" />
/** Finds the parts of the page; the HTML and the code must agree. */

/**
 * The element that fits.
 *
 * @param kind what it must be
 * @throws TypeError where there is none, or it is another kind
 */
export function element<Kind extends Element>(
  root: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`Cannot find ${selector} as ${kind.name}`);
}

/** A new element with text in it; markup stays text. */
export function withText<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
