/** Who may ask: whoever has a key, or is a listed container. */
import type { Context, Middleware } from "../app_env.ts";
import type { AppParts } from "../app_parts.ts";
import { ApiError } from "../errors.ts";
import { ApiKeys } from "./api_keys.ts";
import { clientAddress, parseNetworks } from "./client_address.ts";
import { ContainerNames, reverseLookup } from "./container_names.ts";

/** Routes that are open to all, by the name of `KRONOS_PUBLIC_ROUTES`; probes always are. */
const OPEN_ROUTES: Readonly<Record<string, RegExp>> = {
  probes: /^\/v1\/(?:healthz|readyz|healthz\/detailed)$/,
  metrics: /^\/v1\/metrics$/,
  docs: /^\/(?:(?:docs|page)(?:\/[^/]*)?|openapi\.json)?$/,
};

/** The key of `Authorization: Bearer`, else of `X-API-Key`; null where there is none. */
function sentKey(c: Context): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization")?.trim() ?? "");
  return bearer?.[1] ?? c.req.header("x-api-key") ?? null;
}

function unauthorized(message: string, constraint: string): ApiError {
  return new ApiError("Unauthorized", message, {
    details: { field: "Authorization", constraint },
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** Refuses who may not ask; of others remembers the key, by which they are counted. */
export function accessControl(parts: AppParts): Middleware {
  const { config, log, metrics, lookup = reverseLookup } = parts;
  const keys = config.apiKeysFile === null ? null : new ApiKeys(config.apiKeysFile, log);
  const containers = new ContainerNames(config.containerWhitelist, lookup);
  const trusted = parseNetworks(config.trustedProxies);
  const open = ["probes", ...config.publicRoutes].map((name) => OPEN_ROUTES[name]);
  const isListed = async (c: Context): Promise<boolean> =>
    config.containerWhitelist.length > 0 &&
    await containers.has(c.req.header("x-container-name"), clientAddress(c, trusted));
  const refused = (event: string, error: ApiError): ApiError => {
    metrics.securityEvents.inc({ event });
    return error;
  };

  return async (c, next) => {
    if (open.some((route) => route.test(c.req.path))) return await next();
    const key = sentKey(c);
    const name = key === null ? null : keys?.nameOf(key) ?? null;
    if (name !== null) c.set("keyName", name);
    else if (!await isListed(c)) {
      if (keys === null) {
        throw refused(
          "unknown_container",
          new ApiError("Forbidden", "This client is not one of those that may ask", {
            details: { field: "X-Container-Name", constraint: "listed_container" },
          }),
        );
      }
      throw key === null
        ? refused("missing_key", unauthorized("A key is needed", "key_required"))
        : refused("wrong_key", unauthorized("The key is not valid", "valid_key"));
    }
    await next();
  };
}
