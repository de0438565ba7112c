/** The calls that a business's own server makes to bank-link, with its API key. */
import type { Account, Problem, Session } from "../../../worker/contract.ts";
import type { Customer } from "./sign-ins.ts";

const TIMEOUT_MS = 10_000;

export class WorkerApi {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  async createSession({ customerId, provider }: Customer, origin: string): Promise<Session> {
    const response = await this.#call("/v1/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ customer_id: customerId, provider, origin }),
    });
    if (!response.ok) throw new Error(`no session: bank-link answered ${response.status}`);
    return (await response.json()) as Session;
  }

  /** With the reason where they cannot be listed: not every provider lists accounts. */
  async accounts({
    customerId,
    provider,
  }: Customer): Promise<{ accounts: Account[]; problem: string | null }> {
    const query = new URLSearchParams({ customer_id: customerId, provider });
    try {
      const response = await this.#call(`/v1/accounts?${query}`);
      if (response.ok) {
        const { accounts } = (await response.json()) as { accounts: Account[] };
        return { accounts, problem: null };
      }
      const { code } = (await response.json()) as Problem;
      return { accounts: [], problem: code };
    } catch {
      return { accounts: [], problem: "network_error" };
    }
  }

  /** What cron does every quarter of an hour; wrangler dev alone offers it as a request. */
  async sweep(): Promise<void> {
    const response = await this.#call("/__scheduled");
    if (!response.ok) throw new Error(`no sweep: the Worker answered ${response.status}`);
  }

  #call(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${this.#apiKey}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}
