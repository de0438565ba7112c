/** The page's server: takes webhooks, though not always at the first try, and enters what it was told. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Link, ProviderName } from "../../worker/contract.ts";
import type { Journal } from "./journal.ts";
import { FAULTY_SHARE } from "./limits.ts";
import { Draw } from "./random.ts";

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
  isLive: (provider: ProviderName, customerId: string, accountId: string | null) => boolean;
}

export class WebhookReceiver {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #options: WebhookReceiverOptions;
  readonly #draw: Draw;
  /** By message id: the tries so far. */
  readonly #tries = new Map<string, number>();
  readonly #toldLinks = new Set<string>();
  #repeats = 0;

  private constructor(server: ReturnType<typeof createServer>, options: WebhookReceiverOptions) {
    this.#server = server;
    this.#options = options;
    this.#draw = new Draw(options.seed, "webhooks");
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
  }

  static async start(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      receiver.#receive(request, response).catch(() => response.socket?.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const receiver = new WebhookReceiver(server, options);
    return receiver;
  }

  get messages(): number {
    return this.#tries.size;
  }

  /** Tries of messages that had been taken before: allowed, since the id is the same. */
  get repeats(): number {
    return this.#repeats;
  }

  wasToldOf(linkId: string): boolean {
    return this.#toldLinks.has(linkId);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = request.headers as Record<string, string>;
    // A message that does not verify is a defect: it is never taken, and so its link stays untold.
    const body = Buffer.concat(chunks).toString();
    const { data } = new Webhook(WEBHOOK_SECRET).verify(body, headers) as Message;
    const id = headers["webhook-id"] ?? "";
    const tries = this.#tries.get(id) ?? 0;
    this.#tries.set(id, tries + 1);

    // Only the first try: the rests between later ones are longer than a run.
    const fails = tries === 0 && this.#draw.chance(FAULTY_SHARE);
    const how = fails ? this.#draw.weighted({ unread: 1, refused: 1, "taken-unanswered": 1 }) : "taken";
    if (how === "refused") return void response.writeHead(500).end();
    if (how === "unread") return void request.socket.resetAndDestroy();
    if (data.link_id !== null && this.#toldLinks.has(data.link_id)) this.#repeats += 1;
    this.#enter(data);
    if (how === "taken-unanswered") request.socket.resetAndDestroy();
    else response.writeHead(204).end();
  }

  #enter({ link_id, customer_id, provider, mode, status, account_id, reference }: Message["data"]): void {
    if (link_id === null || (status !== "linked" && status !== "failed")) return;
    this.#toldLinks.add(link_id);
    const { journal, isLive } = this.#options;
    journal.add({
      to: "webhook",
      provider,
      customerId: customer_id,
      visitId: reference ?? "",
      what: "told",
      said: { linkId: link_id, mode: mode ?? "link", status, accountId: account_id },
      ...(status === "linked" && { trueWhenTold: isLive(provider, customer_id, account_id) }),
    });
  }
}
