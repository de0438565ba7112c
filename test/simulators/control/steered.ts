/** What the control page steers. */
import type { CybridSimulator } from "../cybrid/index.ts";
import type { LynxSimulator } from "../lynx/index.ts";
import type { PlaidStandIn } from "../plaid/index.ts";

export interface Steered {
  cybrid: CybridSimulator;
  lynx: LynxSimulator;
  plaid: PlaidStandIn;
}

/** What was asked for cannot be done; the text says why. */
export class ControlError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}
