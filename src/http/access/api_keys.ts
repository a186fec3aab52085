/** The keys of clients: a file of SHA-256 hashes, read again when it changes. */
import { createHash, timingSafeEqual } from "node:crypto";
import { ConfigError } from "../../config.ts";
import type { Log } from "../../telemetry/log.ts";

/** Bytes of a SHA-256. */
const HASH_BYTES = 32;

/** How long a file is taken as read, in milliseconds: how soon a new key counts, or an old one does not. */
const FRESH_MS = 1000;

/** Characters of a hash that name its key in counts. */
const NAME_CHARACTERS = 12;

/** Lines that are no hash, by their numbers from 1; what follows `#` is a remark. */
function parseHashes(text: string): { readonly hashes: Uint8Array[]; readonly wrong: number[] } {
  const hashes: Uint8Array[] = [];
  const wrong: number[] = [];
  text.split("\n").forEach((line, i) => {
    const hash = line.split("#", 1)[0].trim();
    if (hash === "") return;
    if (/^[0-9a-f]{64}$/i.test(hash)) hashes.push(Uint8Array.fromHex(hash));
    else wrong.push(i + 1);
  });
  return { hashes, wrong };
}

/**
 * Keys that let in. Of a key only its hash is known, here and in the file; keys are random, so that no
 * slow hash is needed.
 */
export class ApiKeys {
  readonly #path: string;
  readonly #log: Log;
  readonly #now: () => number;
  #hashes: readonly Uint8Array[];
  #text: string;
  #readAt: number;

  /**
   * Reads the file.
   *
   * @param now a clock in milliseconds
   * @throws ConfigError where it cannot be read, has a line that is no hash, or no key
   */
  constructor(path: string, log: Log, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#log = log;
    this.#now = now;
    try {
      this.#text = Deno.readTextFileSync(path);
    } catch (error) {
      const why = error instanceof Deno.errors.NotFound ? "does not exist" : "cannot be read";
      throw new ConfigError([`KRONOS_API_KEYS_FILE=${path}: ${why}`]);
    }
    const { hashes, wrong } = parseHashes(this.#text);
    if (wrong.length > 0 || hashes.length === 0) {
      const why = wrong.length > 0 ? `line ${wrong.join(", ")} is no SHA-256 in hex` : "has no key";
      throw new ConfigError([`KRONOS_API_KEYS_FILE=${path}: ${why}`]);
    }
    this.#hashes = hashes;
    this.#readAt = now();
  }

  /** A name for the key that says nothing of it; null where the key is not one of these. */
  nameOf(key: string): string | null {
    this.#refresh();
    const hash = createHash("sha256").update(key).digest();
    let found = false;
    // Every hash is compared, each in constant time: how long it takes says nothing.
    for (const known of this.#hashes) {
      if (timingSafeEqual(known, hash.subarray(0, HASH_BYTES))) found = true;
    }
    return found ? hash.toString("hex").slice(0, NAME_CHARACTERS) : null;
  }

  /** A file that is gone or broken changes nothing; one without keys lets nobody in. */
  #refresh(): void {
    if (this.#now() - this.#readAt < FRESH_MS) return;
    this.#readAt = this.#now();
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      this.#log.error("cannot read the keys; those known still count", { error });
      return;
    }
    if (text === this.#text) return;
    this.#text = text;
    const { hashes, wrong } = parseHashes(text);
    if (wrong.length > 0) {
      this.#log.error("a line of the keys is no SHA-256; those known still count", {
        lines: wrong,
      });
      return;
    }
    this.#hashes = hashes;
    this.#log.info("the keys have changed", { keys: hashes.length });
  }
}
