/** The demo's own server: it knows who is signed in, and mints bank-link sessions for them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  fillPage,
  json,
  seeOther,
  startWebServer,
  text,
  type WebAnswer,
  type WebRequest,
} from "../../simulators/web-server.ts";
import { type Customer, type Provider, SignIns } from "./sign-ins.ts";
import { Webhooks } from "./webhooks.ts";
import { WorkerApi } from "./worker-api.ts";

export type { Customer, Provider } from "./sign-ins.ts";

export interface HostOptions {
  /** 0, or left out: a free one. */
  port?: number;
  workerUrl: string;
  apiKey: string;
  plaidScriptUrl: string;
  customers: Customer[];
  /** Empty: no webhook is taken. */
  webhookSecret: string;
  /** The stand-ins' control page, which the demo's page leads to. Left out: there are no stand-ins. */
  controlUrl?: string;
  /** Makes the provider forget the customer's consent, as a bank does after some months. */
  expireConnection?: (connection: { customer: Customer; accountId: string }) => Promise<void>;
}

export interface Host {
  url: string;
  /** More of its pages and scripts, by path: a test's own, with headers of their own. */
  pages: Map<string, WebAnswer>;
  close(): Promise<void>;
}

const assets: Record<string, [file: string, type: string]> = {
  "GET /look.css": ["../../../simulators/look.css", "text/css"],
  "GET /page.css": ["page.css", "text/css"],
  "GET /page.js": ["page.js", "text/javascript"],
};

export async function startHost(options: HostOptions): Promise<Host> {
  const worker = new WorkerApi(options.workerUrl, options.apiKey);
  const signIns = new SignIns(options.customers);
  const webhooks = new Webhooks(options.webhookSecret);
  const pages = new Map<string, WebAnswer>();

  const server = await startWebServer(options.port ?? 0, async (request) => {
    const asset = assets[request.route];
    if (asset) return text(200, asset[1], await file(asset[0]));
    if (request.route === "GET /") return demoPage(request);
    if (request.route === "POST /webhooks") {
      return json(webhooks.take(request.body, request.headers) ? 200 : 401, {});
    }
    const page = pages.get(request.url.pathname);
    if (page) return page;

    const customer = signIns.customer(request.headers.cookie);
    if (!customer) return json(401, { error: "nobody is signed in" });
    if (request.route === "GET /accounts") return json(200, await worker.accounts(customer));
    if (request.route === "GET /webhooks") return json(200, webhooks.about(customer));

    // The cookie is SameSite=Lax; this is the second lock: only our own pages may act for the customer.
    if (request.headers.origin !== request.url.origin) return json(403, { error: "wrong origin" });
    switch (request.route) {
      case "POST /bank-link-session":
        return json(200, await worker.createSession(customer, request.url.origin));
      case "POST /customer":
        signIns.switchTo(request.headers.cookie, new URLSearchParams(request.body).get("label") ?? "");
        return seeOther("/");
      case "POST /sweep":
        await worker.sweep();
        return json(200, {});
      case "POST /expire-connection":
        await options.expireConnection?.({ customer, accountId: JSON.parse(request.body).account_id });
        return json(200, {});
      default:
        return json(404, { error: "not found" });
    }
  });

  async function demoPage({ headers, url }: WebRequest): Promise<WebAnswer> {
    const wanted = url.searchParams.get("provider") as Provider | null;
    const { customer, cookie } = signIns.enter(headers.cookie, wanted);
    const setup = {
      customer: customer.label,
      customers: signIns.labels(customer.provider),
      provider: customer.provider,
      providers: signIns.providers,
      standIns: options.controlUrl !== undefined,
      expirable: options.expireConnection !== undefined && customer.provider === "cybrid",
      ...(await worker.accounts(customer)),
    };
    const page = fillPage(await file("page.html"), {
      workerUrl: options.workerUrl,
      plaidScriptUrl: options.plaidScriptUrl,
      controlUrl: options.controlUrl ?? "",
      setup: JSON.stringify(setup),
    });
    const answer = text(200, "text/html", page);
    if (cookie) answer.headers["Set-Cookie"] = cookie;
    return answer;
  }

  return { ...server, pages };
}

function file(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, "browser", name), "utf8");
}
