/** Creates links. One idempotency key per link request until the API has answered, so that a retry creates no second link. */
import type { CreateLink, Link, LinkWith } from "../../worker/contract.ts";
import { asBankLinkError } from "../errors.ts";
import { TOKEN_MARGIN_MS } from "../limits.ts";
import type { LinkApi } from "./ports.ts";

export class LinkCreation {
  /** The last link request, as JSON. */
  #request: string | null = null;
  #key: string | null = null;

  /** Whether the last link was created by the same request. */
  isFor(request: CreateLink): boolean {
    return this.#request === JSON.stringify(request);
  }

  /** Resolves once the link is no longer `preparing`. @throws BankLinkError; the signal's reason when it aborts */
  async create(api: LinkApi, request: CreateLink, signal: AbortSignal): Promise<Link> {
    if (!this.#key || !this.isFor(request)) this.#key = newKey();
    this.#request = JSON.stringify(request);
    try {
      const link = await api.create(request, this.#key, signal);
      this.#key = null;
      return link;
    } catch (thrown) {
      // A final answer ends the request; while the answer is unknown, the next try repeats it.
      if (!asBankLinkError(thrown).retryable) this.#key = null;
      throw thrown;
    }
  }
}

/** Whether the link token is valid for long enough. */
export function isFresh(link: LinkWith<"ready">): boolean {
  return Date.parse(link.link_token_expires_at) - Date.now() > TOKEN_MARGIN_MS;
}

// It must differ from this customer's other keys of a day, and is no secret. randomUUID() is missing where the page is
// not served securely, such as on a phone in a developer's network.
function newKey(): string {
  return `${Date.now()}-${Math.random()}`;
}
