/** The server that the Cybrid and Lynx stand-ins share: routes, JSON, faults, the call log. */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { type Answer, AnswerError } from "./answer.ts";
import { answerWithFault } from "./answer-with-fault.ts";
import type { Call } from "./call-log.ts";
import { Faults, faultLabel } from "./faults.ts";
import { seededRandom } from "./random.ts";
import { listen, type Server } from "./server.ts";

export interface ProviderRequest {
  path: string;
  /** From the route's name: `:guid` is `params.guid`. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Their names are in lower case. */
  headers: Record<string, string>;
  /** The JSON body; `undefined` when there is none or it cannot be read. */
  body: unknown;
  /** Set by a fault: what this request creates is missing in lists for so long. */
  listLagMs?: number;
}

export interface Route {
  /** Method and path, `:name` for a variable segment: `GET /api/workflows/:guid`. */
  name: string;
  /** Synchronous, so that two requests at once are still handled one after the other. */
  handle(request: ProviderRequest): Answer;
}

/** What differs between the providers. */
export interface Dialect {
  /** The provider's own error for a status. */
  error(status: number): Answer;
  /** Expires the request's access token, and answers as the provider does to an expired one. */
  expireToken(request: ProviderRequest): Answer;
  customerOf(request: ProviderRequest): string | undefined;
}

export interface ProviderServer extends Server {
  faults: Faults;
  calls: Call[];
  /** The names of its operations, as in the call log. */
  routeNames: readonly string[];
}

export interface ServerOptions {
  routes: Route[];
  dialect: Dialect;
  port: number;
  now: () => number;
}

type NodeContext = Context<{ Bindings: HttpBindings }>;

export async function startProviderServer(options: ServerOptions): Promise<ProviderServer> {
  const { routes, dialect, port, now } = options;
  const faults = new Faults();
  const random = seededRandom(1);
  const calls: Call[] = [];
  const closing = new AbortController();

  async function respond(c: NodeContext, route: Route | undefined): Promise<Response> {
    const { method } = c.req;
    const { pathname, search, searchParams } = new URL(c.req.url);
    const headers = c.req.header();
    const body = parseJson(await c.req.text());
    const request: ProviderRequest = {
      path: pathname,
      params: route ? c.req.param() : {},
      query: searchParams,
      headers,
      body,
    };
    const customer = route && dialect.customerOf(request);
    const { authorization: _, ...loggedHeaders } = headers;
    const call: Call = {
      method,
      path: pathname + search,
      route: route?.name ?? null,
      status: 0,
      atMs: now(),
      worked: false,
      headers: loggedHeaders,
      ...(body !== undefined && { requestBody: body }),
      ...(customer !== undefined && { customer }),
    };
    calls.push(call);
    const fault =
      route && faults.next({ route: route.name, body, ...(customer !== undefined && { customer }) });
    if (fault) call.fault = faultLabel(fault);

    const work = ({ listLagMs = fault?.listLagMs }: { listLagMs?: number } = {}): Answer => {
      if (!route) return dialect.error(404);
      if (listLagMs !== undefined) request.listLagMs = listLagMs;
      call.worked = true;
      try {
        return route.handle(request);
      } catch (error) {
        if (error instanceof AnswerError) return error.answer;
        throw error;
      }
    };
    const { outgoing } = c.env;
    const response = await answerWithFault({
      fault,
      work,
      error: dialect.error,
      expireToken: () => dialect.expireToken(request),
      outgoing,
      closing: closing.signal,
      random,
    });
    if (response !== RESPONSE_ALREADY_SENT) call.status = response.status;
    else if (outgoing.headersSent) call.status = outgoing.statusCode;
    return response;
  }

  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const route of routes) {
    const [method = "", path = ""] = route.name.split(" ");
    app.on(method, path, (c) => respond(c, route));
  }
  app.notFound((c) => respond(c, undefined));
  app.onError((error, { env }) => {
    // A caller that disconnected while sending is not a failure of the stand-in.
    if (!closing.signal.aborted && env.incoming.complete) {
      console.error("the stand-in itself failed:", error);
      env.outgoing.socket?.destroy();
    }
    return RESPONSE_ALREADY_SENT;
  });
  // By number, so that no caller depends on how a name resolves.
  const server = await listen(app, port, "127.0.0.1");

  return {
    url: server.url,
    faults,
    calls,
    routeNames: routes.map(({ name }) => name),
    close() {
      closing.abort();
      return server.close();
    },
  };
}

/** The access token of `Authorization: Bearer …`, or `undefined` when the header is not of that form. */
export function bearerToken({ headers }: ProviderRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
