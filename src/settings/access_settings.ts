/** Settings of who may ask, from where, and how often. */
import ipaddr from "ipaddr.js";
import { flag, list, setting, text, whole } from "./setting.ts";

/** Route groups that can be left open beside the probes, which always are. */
const OPENABLE = ["metrics", "docs"] as const;

/** A scheme, a host and perhaps a port, as browsers send it; `*` for any. */
function isOrigin(entry: string): boolean {
  return entry === "*" || (URL.canParse(entry) && new URL(entry).origin === entry);
}

/** By the name that the code uses. */
export const ACCESS_SETTINGS = {
  securityEnabled: setting(
    "KRONOS_SECURITY_ENABLED",
    "flag",
    false,
    flag,
    "asks for a key or a listed container on every route but the probes",
  ),
  apiKeysFile: setting<string | null>(
    "KRONOS_API_KEYS_FILE",
    "file",
    null,
    text,
    "one SHA-256 of a key a line; read again when it changes",
  ),
  containerWhitelist: setting<readonly string[]>(
    "KRONOS_CONTAINER_WHITELIST",
    "names",
    [],
    list((entry) => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(entry), "names of containers"),
    "by X-Container-Name, which anybody can send, or reverse DNS: weaker than keys",
  ),
  publicRoutes: setting<readonly string[]>(
    "KRONOS_PUBLIC_ROUTES",
    "names",
    [],
    list((entry) => OPENABLE.some((name) => name === entry), OPENABLE.join(" and ")),
    "of metrics and docs (with the page), what is open to all under access control",
  ),
  adminPort: setting<number | null>(
    "KRONOS_ADMIN_PORT",
    "TCP port",
    null,
    whole(0, 65_535),
    "serves probes and metrics without access control; not to be exposed",
  ),
  corsOrigins: setting<readonly string[]>(
    "KRONOS_CORS_ORIGINS",
    "origins",
    [],
    list(isOrigin, "origins like https://example.com, or *"),
    "whose pages may ask from a browser",
  ),
  rateLimitEnabled: setting(
    "KRONOS_RATE_LIMIT_ENABLED",
    "flag",
    false,
    flag,
    "limits predictions by key, else by address",
  ),
  rateLimitPerMinute: setting(
    "KRONOS_RATE_LIMIT_PER_MINUTE",
    "requests a minute",
    100,
    whole(1, 1_000_000),
    "of one client, of each instance",
  ),
  trustedProxies: setting<readonly string[]>(
    "KRONOS_TRUSTED_PROXIES",
    "CIDRs",
    [],
    list(ipaddr.isValidCIDR, "CIDRs like 10.0.0.0/8"),
    "whose X-Forwarded-For counts; anybody else could choose their address",
  ),
} as const;

/** Settings of access that belong together. */
export interface AccessChoice {
  /** Whether anybody is asked. */
  readonly securityEnabled: boolean;
  /** Keys that let in. */
  readonly apiKeysFile: string | null;
  /** Containers that are let in. */
  readonly containerWhitelist: readonly string[];
}

/** What is wrong with settings that would let nobody in; null where nothing is. */
export function accessProblem(choice: AccessChoice): string | null {
  const { securityEnabled, apiKeysFile, containerWhitelist } = choice;
  if (!securityEnabled || apiKeysFile !== null || containerWhitelist.length > 0) return null;
  return "KRONOS_SECURITY_ENABLED=true: needs KRONOS_API_KEYS_FILE or KRONOS_CONTAINER_WHITELIST";
}
