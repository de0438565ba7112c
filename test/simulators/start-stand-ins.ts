/** Cybrid, Lynx and Plaid Link, which share one Plaid behind them, and the page that controls them. */
import { startControl } from "./control/index.ts";
import type { StandIns } from "./control/stand-ins.ts";
import { startCybrid } from "./cybrid/index.ts";
import { startLynx } from "./lynx/index.ts";
import { PlaidBackend } from "./plaid/backend.ts";
import { startPlaid } from "./plaid/index.ts";
import type { StandInPorts } from "./ports.ts";
import type { Server } from "./server.ts";

export interface RunningStandIns extends StandIns {
  control: Server;
  close(): Promise<void>;
}

export async function startStandIns(ports: StandInPorts): Promise<RunningStandIns> {
  await using started = new AsyncDisposableStack();
  const backend = new PlaidBackend();
  const cybrid = await startCybrid({ plaid: backend, port: ports.cybrid });
  started.defer(cybrid.close);
  const lynx = await startLynx({ plaid: backend, port: ports.lynx });
  started.defer(lynx.close);
  const plaid = await startPlaid({ backend, port: ports.plaid });
  started.defer(plaid.close);
  const control = await startControl({ cybrid, lynx, plaid }, ports.control);
  started.defer(control.close);
  const running = started.move();
  return { cybrid, lynx, plaid, control, close: () => running.disposeAsync() };
}
