/** Containers by name, as the Python service knew its clients: a header, else reverse DNS. */
import { isPrivate } from "./client_address.ts";

/** How long names of an address are taken as known, in milliseconds. */
const FRESH_MS = 30_000;

/** How long a name server may take, in milliseconds. */
const LOOKUP_MS = 1000;

/** Addresses whose names are remembered at most. */
const MAX_ADDRESSES = 1000;

/** Asks for the names of an address; none where it has none. */
export type ReverseLookup = (address: string, signal: AbortSignal) => Promise<readonly string[]>;

/** The name under which the names of an IPv4 or IPv6 address are asked for. */
function pointerName(address: string): string {
  if (!address.includes(":")) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const [head, tail] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const missing = 8 - head.length - (tail?.length ?? 0);
  const groups = [...head, ...Array(missing).fill("0"), ...(tail ?? [])];
  const digits = groups.map((group) => group.padStart(4, "0")).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

/** Asks the machine's name server: inside a container network that is the runtime's own. */
export async function reverseLookup(
  address: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await Deno.resolveDns(pointerName(address), "PTR", { signal });
  } catch (error) {
    // No name, no server or too late: whoever has no name is not on the list.
    if (error instanceof Error) return [];
    throw error;
  }
}

/** The list of containers that are let in. */
export class ContainerNames {
  readonly #listed: ReadonlySet<string>;
  readonly #lookup: ReverseLookup;
  readonly #now: () => number;
  readonly #known = new Map<
    string,
    { readonly listed: Promise<boolean>; readonly until: number }
  >();

  /** `now` is a clock in milliseconds. */
  constructor(
    listed: readonly string[],
    lookup: ReverseLookup = reverseLookup,
    now: () => number = () => performance.now(),
  ) {
    this.#listed = new Set(listed);
    this.#lookup = lookup;
    this.#now = now;
  }

  /**
   * Whether the list has a client.
   *
   * @param claimed what it says of itself; undefined where it says nothing
   * @param address its address, of which only a private one is looked up: whoever owns a public one
   * chooses its name
   */
  async has(claimed: string | undefined, address: string | null): Promise<boolean> {
    if (claimed !== undefined) return this.#listed.has(claimed);
    if (address === null || !isPrivate(address)) return false;
    const known = this.#known.get(address);
    if (known !== undefined && known.until > this.#now()) return await known.listed;
    if (this.#known.size >= MAX_ADDRESSES) this.#known.clear();
    const listed = this.#isListed(address);
    this.#known.set(address, { listed, until: this.#now() + FRESH_MS });
    return await listed;
  }

  /** Container runtimes answer `name.network`. */
  async #isListed(address: string): Promise<boolean> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), LOOKUP_MS);
    try {
      const names = await this.#lookup(address, late.signal);
      return names.some((name) => {
        const whole = name.replace(/\.$/, "");
        return this.#listed.has(whole) || this.#listed.has(whole.split(".", 1)[0]);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
