/** Variables whose values are secrets themselves; a file that holds them is not one. */
const SECRET = /(?:^|_)(?:API_?KEYS?|TOKEN|PASSWORD|SECRET)$/;

/** User and password of an address: `https://user:password@host`. */
const CREDENTIALS = /\/\/[^/@\s]+@/g;

/**
 * A setting's value as it may be printed: secrets and credentials in addresses become `***`, what is
 * not set is empty.
 *
 * @param variable the environment variable, whose name tells whether the value is a secret
 */
export function shownValue(variable: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (SECRET.test(variable)) return "***";
  return String(value).replace(CREDENTIALS, "//***@");
}
