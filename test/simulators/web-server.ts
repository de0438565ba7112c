/** A small server for the stand-ins that have web pages: a request in, an answer out. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebRequest {
  /** `GET /accounts`. */
  route: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface WebAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface WebServer {
  url: string;
  close(): Promise<void>;
}

/** Listens on the loopback interface only; port 0 takes a free one. */
export function startWebServer(
  port: number,
  respond: (request: WebRequest) => Promise<WebAnswer>,
): Promise<WebServer> {
  const server = createServer(async (incoming, response) => {
    const answer = await readRequest(incoming)
      .then(respond)
      .catch((cause) => json(500, { error: String(cause) }));
    response.writeHead(answer.status, { "Cache-Control": "no-store", ...answer.headers });
    response.end(answer.body);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        url: `http://localhost:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function readRequest(incoming: IncomingMessage): Promise<WebRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
  return {
    route: `${incoming.method} ${url.pathname}`,
    url,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

export function text(status: number, type: string, body: string): WebAnswer {
  return { status, headers: { "Content-Type": `${type}; charset=utf-8` }, body };
}

export function json(status: number, body: unknown): WebAnswer {
  return text(status, "application/json", JSON.stringify(body));
}

export function seeOther(location: string): WebAnswer {
  return { status: 303, headers: { Location: location }, body: "" };
}

/** A page with `{{name}}` filled in, as text or inside an attribute. */
export function fillPage(page: string, values: Record<string, string>): string {
  return page.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ""));
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
