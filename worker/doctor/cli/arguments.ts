/** The arguments of the command line. */
import { parseArgs } from "node:util";

export const USAGE =
  "npm run doctor -- [--url URL] [--key KEY] [--page URL] [--customer ID [--provider cybrid|lynx]]\n" +
  "BANK_LINK_URL and BANK_LINK_API_KEY are the defaults of --url and --key.";

export interface Arguments {
  api: URL;
  key: string;
  page: URL | null;
  customer: string | undefined;
  provider: string | undefined;
}

/** `null` if they are invalid. The reason is not given: it could contain a key in the wrong place. */
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
