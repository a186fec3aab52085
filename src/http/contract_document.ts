/** The OpenAPI document without a service that answers, for what is made from it. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { openApiDocument, registerRoutes } from "./openapi.ts";

/** The same document as `/openapi.json`. */
export function contractDocument(): object {
  const app = new OpenAPIHono();
  registerRoutes(app);
  return openApiDocument(app);
}
