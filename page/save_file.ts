/// <reference lib="dom" />
/** Gives the person a file. */

/** Saves it under the name, as a download. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download has begun by then; the blob would stay as long as the page.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
