/** What the command line asks for. */
import { parseArgs } from "node:util";

export const USAGE =
  "npm run doctor -- [--url URL] [--key KEY] [--page URL] [--customer ID [--provider cybrid|lynx]]\n" +
  "BANK_LINK_URL and BANK_LINK_API_KEY stand in for --url and --key.";

export interface Arguments {
  api: URL;
  key: string;
  page: URL | null;
  customer: string | undefined;
  provider: string | undefined;
}

/** `null` where it cannot be understood. Why is not told: the fault may be a key in the wrong place. */
export function readArguments(args: string[], env: Record<string, string | undefined>): Arguments | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        url: { type: "string", default: env.BANK_LINK_URL || "http://localhost:8787" },
        key: { type: "string", default: env.BANK_LINK_API_KEY || "" },
        page: { type: "string" },
        customer: { type: "string" },
        provider: { type: "string" },
      },
    });
    const { url, key, page, customer, provider } = values;
    return { api: new URL(url), key, page: page ? new URL(page) : null, customer, provider };
  } catch {
    return null;
  }
}
