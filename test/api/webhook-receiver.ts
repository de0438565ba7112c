/** The page's server, as far as webhooks reach it: verifies each message with Standard Webhooks' own library. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

export const WEBHOOK_SECRET = `whsec_${Buffer.from("a-webhook-secret-of-32-bytes----").toString("base64")}`;

export interface Received {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export interface WebhookReceiver {
  url: string;
  /** Every try that reached it, taken or not. */
  tries: Received[];
  /** Answers for the next tries; then 204. */
  answers: number[];
  /** Waits for a message. */
  message(matches: (message: Received) => boolean): Promise<Received>;
  close(): Promise<void>;
}

export async function startWebhookReceiver(secret: string = WEBHOOK_SECRET): Promise<WebhookReceiver> {
  const tries: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    try {
      const verified = new Webhook(secret).verify(body, headers) as Omit<Received, "id">;
      tries.push({ id: headers["webhook-id"] ?? "", ...verified });
      response.writeHead(answers.shift() ?? 204).end();
    } catch (error) {
      tries.push({ id: "unverified", type: String(error), timestamp: "", data: {} });
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    tries,
    answers,
    async message(matches) {
      for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
        const found = tries.find(matches);
        if (found) return found;
        await delay(50);
      }
      throw new Error(`no such message among ${JSON.stringify(tries)}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
