/** The page's server: receives webhooks, though not always at the first attempt, and logs what they say. */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { Webhook } from "standardwebhooks";
import type { Link, ProviderName } from "../../worker/contract.ts";
import { listen, type Server } from "../simulators/server.ts";
import { Draw } from "./draw.ts";
import type { Journal } from "./journal.ts";
import { FAULTY_SHARE } from "./limits.ts";

export const WEBHOOK_SECRET = `whsec_${Buffer.from("chaos-webhook-secret-of-32-bytes").toString("base64")}`;

/** As the Worker's README describes it. */
interface Message {
  type: string;
  data: {
    link_id: string | null;
    customer_id: string;
    provider: ProviderName;
    mode: Link["mode"] | null;
    status: string | null;
    account_id: string | null;
    code: string | null;
    reference: string | null;
  };
}

export interface WebhookReceiverOptions {
  journal: Journal;
  seed: number;
  /** Whether the provider holds this account, as far as a host could tell. */
  isLive: (provider: ProviderName, customerId: string, accountId: string | null, visitId: string) => boolean;
}

export interface WebhookReceiver extends Server {
  readonly messages: number;
  /** Deliveries of messages accepted before: allowed, since the id is the same. */
  readonly repeats: number;
  /** Whether the outcome of this link was delivered. */
  hasOutcomeOf(linkId: string): boolean;
}

export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const { journal, seed, isLive } = options;
  const draw = new Draw(seed, "webhooks");
  /** By message id. */
  const attempts = new Map<string, number>();
  const reportedLinks = new Set<string>();
  let repeats = 0;

  function log({ type, data }: Message) {
    const { link_id, customer_id, provider, mode, status, account_id, reference } = data;
    const about = { to: "webhook", provider, customerId: customer_id, visitId: reference ?? "" } as const;
    if (type === "bank_account.updated" && account_id !== null) {
      journal.add({ ...about, what: type, updatedAccountId: account_id });
    }
    if (link_id === null || (status !== "linked" && status !== "failed")) return;
    reportedLinks.add(link_id);
    journal.add({
      ...about,
      what: "received",
      link: { id: link_id, mode: mode ?? "link", status, accountId: account_id },
      ...(status === "linked" && { wasTrue: isLive(provider, customer_id, account_id, about.visitId) }),
    });
  }

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post("/webhooks", async (c) => {
    const { socket } = c.env.incoming;
    // A message that fails verification is a defect: it is never accepted, so its link stays unreported.
    const verified = new Webhook(WEBHOOK_SECRET).verify(await c.req.text(), c.req.header());
    const message = verified as Message;
    const { data } = message;
    const id = c.req.header("webhook-id") ?? "";
    const earlier = attempts.get(id) ?? 0;
    attempts.set(id, earlier + 1);

    // Only the first attempt: the delays between later ones are longer than a run.
    const fails = earlier === 0 && draw.chance(FAULTY_SHARE);
    const how = fails ? draw.weighted({ unread: 1, rejected: 1, "read-unanswered": 1 }) : "accepted";
    if (how === "rejected") return c.body(null, 500);
    if (how !== "unread") {
      if (data.link_id !== null && reportedLinks.has(data.link_id)) repeats += 1;
      log(message);
    }
    if (how === "accepted") return c.body(null, 204);
    socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  });
  app.onError((_, c) => {
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  const server = await listen(app, 0, "127.0.0.1");

  return {
    url: `${server.url}/webhooks`,
    get messages() {
      return attempts.size;
    },
    get repeats() {
      return repeats;
    },
    hasOutcomeOf: (linkId) => reportedLinks.has(linkId),
    close: server.close,
  };
}
