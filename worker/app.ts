/** The edge API: the order of middleware, and where the routes are. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type * as z from "zod";
import type { health } from "./contract.ts";
import { allowOrigins, checkOrigin } from "./http/check-origin.ts";
import type { AppEnv } from "./http/context.ts";
import { handleError } from "./http/handle-error.ts";
import { loadConfig } from "./http/load-config.ts";
import { logRequest } from "./http/log-request.ts";
import { noStore } from "./http/no-store.ts";
import { BODY_MAX_BYTES } from "./limits.ts";
import { refuse } from "./problems/problem.ts";
import { accounts } from "./routes/accounts.ts";
import { assets } from "./routes/assets.ts";
import { customers } from "./routes/customers.ts";
import { doctor } from "./routes/doctor.ts";
import { links } from "./routes/links.ts";
import { problems } from "./routes/problems.ts";
import { sessions } from "./routes/sessions.ts";
import { webhooks } from "./routes/webhooks.ts";
import { VERSION } from "./version.ts";

/** The app without an entry, so that another Worker can mount it beside its own routes. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.use(requestId(), logRequest, noStore, secureHeaders({ crossOriginResourcePolicy: false }));
  // Ahead of the rest of /v1, which rejects every request while the configuration is invalid.
  app.route("/v1/doctor", doctor);
  app.use(
    "/v1/*",
    loadConfig,
    allowOrigins,
    checkOrigin,
    bodyLimit({ maxSize: BODY_MAX_BYTES, onError: () => refuse("payload_too_large") }),
  );
  app.route("/v1/sessions", sessions);
  app.route("/v1/links", links);
  app.route("/v1/accounts", accounts);
  app.route("/v1/customers", customers);
  app.route("/v1/webhooks", webhooks);
  app.get("/healthz", (c) => c.json({ status: "ok", version: VERSION } satisfies z.infer<typeof health>));
  app.route("/problems", problems);
  app.route("/", assets);

  app.notFound(() => refuse("not_found"));
  app.onError(handleError);
  return app;
}
