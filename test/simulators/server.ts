/** The HTTP servers of the stand-ins and the demo: Hono apps on the loopback interface. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Env, Hono } from "hono";

/** Long: an idle connection closed just as it is used again would be a fault that no test injected. */
const IDLE_CONNECTION_MS = 10 * 60_000;

export interface Server {
  url: string;
  /** Closes every connection too, even one that still waits for an answer. */
  close(): Promise<void>;
}

/** Port 0 takes a free one. */
export async function listen<E extends Env>(
  app: Hono<E>,
  port = 0,
  hostname: "localhost" | "127.0.0.1" = "localhost",
): Promise<Server> {
  // Tests run in the same process: they keep Node's own Request and Response.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://${hostname}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An app for pages and scripts: nothing is cached, and a failure is answered as JSON. */
export function webApp<E extends Env>(): Hono<E> {
  const app = new Hono<E>();
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
  app.notFound((c) => c.json({ error: "not found" }, 404));
  app.onError((cause, c) => c.json({ error: String(cause) }, 500));
  return app;
}
