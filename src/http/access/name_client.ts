import type { Context, Middleware } from "../app_env.ts";
import type { AppParts } from "../app_parts.ts";
import { clientAddress, countedAddress, parseNetworks } from "./client_address.ts";

/** Names the client of a request, by which it is limited and given its share: its key, else its address. */
export function nameClient({ config: { trustedProxies } }: AppParts): Middleware {
  const trusted = parseNetworks(trustedProxies);
  const nameOf = (c: Context): string => {
    const keyName = c.get("keyName");
    if (keyName !== undefined) return `key ${keyName}`;
    const address = clientAddress(c, trusted);
    return address === null ? "nowhere" : countedAddress(address);
  };
  return async (c, next) => {
    c.set("client", nameOf(c));
    await next();
  };
}
