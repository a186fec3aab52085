/** Text that may stand in the content or an attribute of XML. */
export function escapedXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
