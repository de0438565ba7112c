import type { Caller } from "../ledger/owner.ts";
import type { AppContext } from "./context.ts";

/** For whom the ledger works, and under which request id it logs. */
export function callerOf(c: AppContext): Caller {
  return { owner: c.get("owner"), requestId: c.get("requestId") };
}
