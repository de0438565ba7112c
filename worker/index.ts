/** The Worker's entry. */
import { createApp } from "./app.ts";

export { Ledger } from "./ledger/ledger.ts";
export { AccessTokens } from "./providers/access-tokens.ts";

export default createApp();
