/** `GET /v1/doctor`: the go-live checklist, also while the configuration is invalid: then it names the faults. */
import { Hono } from "hono";
import * as z from "zod";
import { type Config, readConfiguration, resolveProvider } from "../config.ts";
import { createSession, type DoctorReport, providerName } from "../contract.ts";
import { type ExamineOptions, examine } from "../doctor/examine.ts";
import { requireKey } from "../http/authenticate.ts";
import type { AppEnv } from "../http/context.ts";
import { noStore } from "../http/no-store.ts";
import { checkShape } from "../http/request-body.ts";
import { type Log, log } from "../log.ts";
import { testWebhookSender } from "../notify/send-test.ts";
import { refuse } from "../problems/problem.ts";
import { VERSION } from "../version.ts";

const doctorQuery = z.strictObject({
  customer_id: createSession.shape.customer_id.optional(),
  provider: providerName.optional(),
});

export const doctor = new Hono<AppEnv>().get("/", noStore, requireKey, async (c) => {
  const configuration = readConfiguration(c.env);
  const config = configuration.ok ? configuration.config : null;
  const origin = c.req.header("Origin");
  if (origin !== undefined && !config?.allowedOrigins.has(origin)) refuse("forbidden_origin");

  const query = checkShape(doctorQuery, c.req.query());
  const requestLog: Log = (event, fields) => log(event, { request_id: c.get("requestId"), ...fields });
  const items = await examine(c.env, configuration, {
    customer: config && customerOf(config, query),
    sendTestWebhook: config && testWebhookSender(config, requestLog),
    log: requestLog,
  });
  return c.json({
    version: VERSION,
    environment: config?.environment ?? null,
    items,
  } satisfies DoctorReport);
});

function customerOf(
  config: Config,
  { customer_id: customerId, provider: named }: z.infer<typeof doctorQuery>,
): ExamineOptions["customer"] {
  if (customerId === undefined) return null;
  const provider = resolveProvider(config, named);
  if (!provider) refuse("invalid_request", { detail: "Name the customer's provider with ?provider=." });
  return { provider, customerId };
}
