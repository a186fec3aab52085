/** Where a request comes from: the socket's other end, or what trusted proxies say of it. */
import ipaddr from "ipaddr.js";
import type { Bindings, Context } from "../app_env.ts";

/** Of either kind. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Networks by their first address and length. */
export type Networks = readonly (readonly [Address, number])[];

/** Networks of CIDRs that are valid. */
export function parseNetworks(cidrs: readonly string[]): Networks {
  return cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
}

/** IPv4 that is written as IPv6 is IPv4. */
function parseAddress(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function isWithin(address: Address, networks: Networks): boolean {
  return networks.some(([network, length]) =>
    address.kind() === network.kind() && address.match(network, length)
  );
}

/**
 * The client's address; null where the socket has none, as in tests.
 *
 * A proxy appends whom it heard to `X-Forwarded-For`: read from its end, each entry counts as long as
 * whoever wrote it is trusted. What a client wrote itself stands before that.
 */
export function clientAddress(c: Context, trusted: Networks): string | null {
  const { remoteAddress } = (c.env ?? {}) as Partial<Bindings>;
  let address = parseAddress(remoteAddress ?? "");
  if (address === null) return null;
  const heard = (c.req.header("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  while (isWithin(address, trusted)) {
    const before = parseAddress(heard.pop() ?? "");
    if (before === null) break;
    address = before;
  }
  return address.toString();
}

/** Bits of an IPv6 address that name its network: a client has the rest for itself. */
const IPV6_NETWORK_BITS = 64;

/** The address as limits count it: of IPv6 its network. */
export function countedAddress(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv4") return address;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/${IPV6_NETWORK_BITS}`).toString();
}

const PRIVATE_RANGES: readonly string[] = ["private", "uniqueLocal", "loopback", "linkLocal"];

/** Whether the address belongs to a private network, whose names no stranger can choose. */
export function isPrivate(address: string): boolean {
  return PRIVATE_RANGES.includes(ipaddr.parse(address).range());
}
