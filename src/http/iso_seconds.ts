/** The instant as answers state it: UTC, whole seconds, e.g. `2025-10-14T10:30:15Z`. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, -".000Z".length)}Z`;
}
