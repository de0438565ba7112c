/** The HTTP side that the Cybrid and Lynx stand-ins share: routes, JSON, faults, the call log, a clean end. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerWithFault } from "./answer-with-fault.ts";
import type { Call } from "./call-log.ts";
import { Faults, faultLabel } from "./faults.ts";
import { seededRandom } from "./random.ts";

/** Long: an idle connection closed just as it is used again would be a fault that nobody ordered. */
const IDLE_CONNECTION_MS = 10 * 60_000;

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Thrown by a route to answer with a refusal. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

export interface SimulatorRequest {
  method: string;
  path: string;
  /** From the route's name: `:guid` is `params.guid`. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The JSON body; `undefined` when there is none or it cannot be read. */
  body: unknown;
  /** Set by a fault: what this request makes is missing in lists for so long. */
  listLagMs?: number;
}

export interface Route {
  /** Method and path, `:name` for a variable segment: `GET /api/workflows/:guid`. */
  name: string;
  /** Synchronous, so that two requests at once are still done one after the other. */
  handle(request: SimulatorRequest): Answer;
}

/** What differs between the providers. */
export interface Dialect {
  error(status: number): Answer;
  /** Withdraws the request's access token, and the answer to a request with an expired one. */
  expireToken(request: SimulatorRequest): Answer;
  customerOf(request: SimulatorRequest): string | undefined;
}

export interface SimulatorServer {
  url: string;
  faults: Faults;
  calls: Call[];
  routeNames: readonly string[];
  /** Ends open connections too, also those that a fault keeps waiting. */
  close(): Promise<void>;
}

export interface ServerOptions {
  routes: Route[];
  dialect: Dialect;
  port: number;
  now: () => number;
}

export async function startServer(options: ServerOptions): Promise<SimulatorServer> {
  const { dialect, now } = options;
  const routes = options.routes.map((route) => ({ ...route, match: matcher(route.name) }));
  const faults = new Faults();
  const random = seededRandom(1);
  const calls: Call[] = [];
  const closing = new AbortController();

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(incoming);
    const { authorization: _, ...headers } = incoming.headers;
    const target = new URL(incoming.url ?? "/", "http://stand-in");
    const method = incoming.method ?? "GET";
    const request: SimulatorRequest = {
      method,
      path: target.pathname,
      params: {},
      query: target.searchParams,
      headers: incoming.headers,
      body: parseJson(text),
    };
    let route: Route | undefined;
    for (const candidate of routes) {
      const params = candidate.match(method, target.pathname);
      if (!params) continue;
      route = candidate;
      request.params = params;
      break;
    }
    const customer = route && dialect.customerOf(request);
    const call: Call = {
      method,
      path: target.pathname + target.search,
      route: route?.name ?? null,
      status: 0,
      atMs: now(),
      worked: false,
      headers,
      ...(request.body === undefined ? {} : { requestBody: request.body }),
      ...(customer === undefined ? {} : { customer }),
    };
    calls.push(call);
    const fault =
      route &&
      faults.next({ route: route.name, body: request.body, ...(customer === undefined ? {} : { customer }) });
    if (fault) call.fault = faultLabel(fault);

    const work = ({ listLagMs = fault?.listLagMs }: { listLagMs?: number } = {}): Answer => {
      if (!route) return dialect.error(404);
      if (listLagMs !== undefined) request.listLagMs = listLagMs;
      call.worked = true;
      try {
        return route.handle(request);
      } catch (error) {
        if (error instanceof Refusal) return error.answer;
        throw error;
      }
    };
    call.status = await answerWithFault({
      fault,
      work,
      error: dialect.error,
      expireToken: () => dialect.expireToken(request),
      response,
      closing: closing.signal,
      random,
    });
  }

  const server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, (incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A caller that went away while it was still sending is no failure of ours.
      if (closing.signal.aborted || !incoming.complete) return;
      console.error("a stand-in failed by itself:", error);
      response.socket?.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    calls,
    routeNames: routes.map(({ name }) => name),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The access token of `Authorization: Bearer …`, or `undefined` when the header is not of that form. */
export function bearerToken(request: SimulatorRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
}

function matcher(name: string): (method: string, path: string) => Record<string, string> | undefined {
  const [routeMethod, pattern = ""] = name.split(" ");
  const segments = pattern.split("/");
  return (method, path) => {
    const actual = path.split("/");
    if (method !== routeMethod || actual.length !== segments.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, segment] of segments.entries()) {
      const value = actual[index] ?? "";
      if (segment.startsWith(":") && value) params[segment.slice(1)] = decodeURIComponent(value);
      else if (segment !== value) return undefined;
    }
    return params;
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
