/** Cybrid, Lynx and Plaid Link, which share one Plaid behind them, and the page that steers them. */
import { type Control, startControl } from "./control/index.ts";
import { type CybridSimulator, startCybrid } from "./cybrid/index.ts";
import { type LynxSimulator, startLynx } from "./lynx/index.ts";
import { PlaidBackend } from "./plaid/backend.ts";
import { type PlaidStandIn, startPlaid } from "./plaid/index.ts";
import type { StandInPorts } from "./ports.ts";

export interface StandIns {
  cybrid: CybridSimulator;
  lynx: LynxSimulator;
  plaid: PlaidStandIn;
  control: Control;
  close(): Promise<void>;
}

export async function startStandIns(ports: StandInPorts): Promise<StandIns> {
  // Ended in the opposite order, also when one of them does not start.
  const started: { close(): Promise<void> }[] = [];
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    started.push(part);
    return part;
  };
  const close = async () => {
    for (const part of started.splice(0).reverse()) await part.close();
  };
  try {
    const backend = new PlaidBackend();
    const cybrid = keep(await startCybrid({ plaid: backend, port: ports.cybrid }));
    const lynx = keep(await startLynx({ plaid: backend, port: ports.lynx }));
    const plaid = keep(await startPlaid({ backend, port: ports.plaid }));
    const control = keep(await startControl({ cybrid, lynx, plaid }, ports.control));
    return { cybrid, lynx, plaid, control, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}
