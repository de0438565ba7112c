import type { CybridStandIn } from "../cybrid/index.ts";
import type { LynxStandIn } from "../lynx/index.ts";
import type { PlaidStandIn } from "../plaid/index.ts";

/** What the control page controls. */
export interface StandIns {
  cybrid: CybridStandIn;
  lynx: LynxStandIn;
  plaid: PlaidStandIn;
}
