/** One wish for a link: asked for under one key until the API has answered, so that asking again makes no second link. */
import type { CreateLink, Link } from "../../worker/contract.ts";
import type { ApiClient } from "../api/client.ts";
import { followLink } from "../api/polling.ts";
import { asBankLinkError } from "../errors.ts";
import { TOKEN_MARGIN_MS } from "../limits.ts";

export class LinkIntent {
  #wishes = "";
  #key: string | null = null;

  /** Whether what was asked for last is what is wished now. */
  isFor(wishes: CreateLink): boolean {
    return this.#wishes === JSON.stringify(wishes);
  }

  /** A link that has left `preparing`, which the API sees to. @throws BankLinkError; the signal's reason when it aborts */
  async create(api: ApiClient, wishes: CreateLink, signal: AbortSignal): Promise<Link> {
    if (!this.isFor(wishes)) this.#key = null;
    this.#wishes = JSON.stringify(wishes);
    this.#key ??= newKey();
    try {
      const link = await followLink(
        api,
        await api.createLink(wishes, this.#key, signal),
        "preparing",
        signal,
      );
      this.#key = null;
      return link;
    } catch (thrown) {
      // Whoever is told no starts anew; whoever was not told anything asks the same again.
      if (!asBankLinkError(thrown).retryable) this.#key = null;
      throw thrown;
    }
  }
}

/** Whether Plaid will still take the link's token for long enough. */
export function lasts(link: Link): boolean {
  const expires = link.link_token_expires_at;
  return !expires || Date.parse(expires) - Date.now() > TOKEN_MARGIN_MS;
}

// It has to differ from this customer's others of a day, and is no secret; randomUUID() is missing where the page is not
// served securely, such as a phone on a developer's network.
function newKey(): string {
  return `${Date.now()}-${Math.random()}`;
}
