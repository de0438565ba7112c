/** The API and the page's session endpoint, faked in the page: records every request; an unexpected one fails the test. */
import type { Account, Link, LinkProblem, LinkWith } from "../../worker/contract.ts";

export interface Call {
  route: string;
  url: URL;
  headers: Headers;
  body: Record<string, unknown>;
  keepalive: boolean;
  signal: AbortSignal | null;
}

type Answer = Response | Promise<Response>;
type Handler = (call: Call) => Answer;

export const ACCOUNT: Account = {
  id: "acc_1",
  provider: "cybrid",
  name: "First Platypus Bank - Plaid Checking",
  mask: "0000",
  type: "checking",
  asset: "USD",
  institution: { id: "ins_109508", name: "First Platypus Bank" },
  status: "active",
  failure_code: null,
  created_at: null,
  updated_at: null,
};

type Fields = Pick<
  Link,
  "id" | "provider" | "mode" | "reference" | "opened_at" | "created_at" | "updated_at"
>;

const FIELDS: Fields = {
  id: "lnk_1",
  provider: "cybrid",
  mode: "link",
  reference: null,
  opened_at: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

const WITHOUT_TOKEN = { link_token: null, link_token_expires_at: null };

export function readyLink(over: Partial<LinkWith<"ready">> = {}): LinkWith<"ready"> {
  return {
    ...FIELDS,
    status: "ready",
    link_token: "link-sandbox-1",
    link_token_expires_at: new Date(Date.now() + 4 * 3_600_000).toISOString(),
    account: null,
    problem: null,
    ...over,
  };
}

export function linkIn(status: "preparing" | "finalizing" | "canceled", over: Partial<Fields> = {}): Link {
  return { ...FIELDS, ...WITHOUT_TOKEN, status, account: null, problem: null, ...over };
}

export function linkedLink(over: Partial<LinkWith<"linked">> = {}): LinkWith<"linked"> {
  return { ...FIELDS, ...WITHOUT_TOKEN, status: "linked", account: ACCOUNT, problem: null, ...over };
}

export function failedLink(
  code: LinkProblem["code"],
  retryable = false,
  over: Partial<Fields> = {},
): LinkWith<"failed"> {
  const problem = { code, title: "", detail: "", retryable };
  return { ...FIELDS, ...WITHOUT_TOKEN, status: "failed", account: null, problem, ...over };
}

export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

export function problem(
  code: string,
  status: number,
  retryable: boolean,
  headers: Record<string, string> = {},
) {
  return answer({ code, status, retryable, title: code, detail: code, request_id: "req_1" }, status, headers);
}

/** Creates links, finalizes them and mints sessions, unless a test replaces a handler with `on()`. */
export class FakeApi {
  readonly calls: Call[] = [];
  readonly unexpected: string[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly #restore: () => void;
  readonly #modes: Link["mode"][] = [];

  constructor(scope: Pick<Window, "fetch"> = window) {
    const real = scope.fetch;
    this.#restore = () => {
      scope.fetch = real;
    };
    scope.fetch = (input, init) => this.#fetch(String(input), init ?? {});
    this.on("POST /session", () => answer({ token: "session-1" }));
    this.on("POST /v1/links", ({ body }) => {
      const mode = body.account_id ? "refresh" : "link";
      const n = this.#modes.push(mode);
      return answer(readyLink({ id: `lnk_${n}`, link_token: `link-sandbox-${n}`, mode }), 201);
    });
    this.on("POST /v1/links/:id/open", ({ url }) => answer(readyLink({ id: idOf(url) })));
    this.on("POST /v1/links/:id/exit", ({ url }) => answer(readyLink({ id: idOf(url) })));
    this.on("POST /v1/links/:id/finalize", ({ url }) => {
      const id = idOf(url);
      return answer(linkedLink({ id, mode: this.#modes[Number(id.slice("lnk_".length)) - 1] ?? "link" }));
    });
  }

  /** `route`: method and path, `:id` for a link's id. */
  on(route: string, handler: Handler): void {
    this.#handlers.set(route, handler);
  }

  /** Answers in order; the last handler answers from then on. */
  onEach(route: string, ...handlers: Handler[]): void {
    const left = [...handlers];
    this.on(route, (call) => {
      const [handler] = left.length > 1 ? left.splice(0, 1) : left;
      return handler?.(call) ?? Promise.reject(new Error(`no handler for ${route}`));
    });
  }

  to(route: string): Call[] {
    return this.calls.filter((call) => call.route === route);
  }

  restore(): void {
    this.#restore();
  }

  async #fetch(input: string, init: RequestInit): Promise<Response> {
    const url = new URL(input, location.href);
    const path = url.pathname.replace(/^(\/v1\/links\/)(?!current)[^/]+/, "$1:id");
    const route = `${init.method ?? "GET"} ${path}`;
    const call: Call = {
      route,
      url,
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : {},
      keepalive: init.keepalive ?? false,
      signal: init.signal ?? null,
    };
    this.calls.push(call);
    const handler = this.#handlers.get(route);
    if (!handler) {
      this.unexpected.push(route);
      return problem("not_found", 404, false);
    }
    const aborted = new Promise<never>((_, reject) => {
      call.signal?.addEventListener("abort", () => reject(call.signal?.reason));
    });
    return Promise.race([handler(call), aborted]);
  }
}

function idOf(url: URL): string {
  return url.pathname.split("/")[3] ?? "";
}

/** An answer that the test sends later. */
export function deferred(): { handler: Handler; answer(response: Response): void } {
  const { promise, resolve } = Promise.withResolvers<Response>();
  return { handler: () => promise, answer: resolve };
}

/** A network failure. */
export function dropped(): Promise<Response> {
  return Promise.reject(new TypeError("Failed to fetch"));
}
