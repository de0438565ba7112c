/** The providers and Plaid for a fault run: the row's settings, states short, a quarter of all calls faulty. */
import type { ProviderName } from "../../worker/contract.ts";
import type { Call } from "../simulators/call-log.ts";
import { type CybridStandIn, startCybrid } from "../simulators/cybrid/index.ts";
import type { FaultedRequest } from "../simulators/faults.ts";
import { type LynxStandIn, startLynx } from "../simulators/lynx/index.ts";
import { PlaidBackend } from "../simulators/plaid/backend.ts";
import { injectFaults } from "./fault-mix.ts";
import { ACCOUNT_MS, LINK_TOKEN_LAG_MS, WORKFLOW_MS } from "./limits.ts";
import type { Row } from "./rows.ts";

/** An account at a provider, whichever it is. */
export interface HeldAccount {
  provider: ProviderName;
  id: string;
  customerId: string;
  /** Here each choice has a number of its own, so it identifies the link that created the account. */
  accountNumber: string | null;
  state: string;
  /** It exists for the customer: usable now, or after a refresh. */
  live: boolean;
  /** Usable now. */
  usable: boolean;
}

export interface StandIns {
  plaid: PlaidBackend;
  cybrid: CybridStandIn;
  lynx: LynxStandIn;
  held(provider: ProviderName, customerId?: string): HeldAccount[];
  /** Of both providers, each in order. */
  calls(): Call[];
  createAccountRoutes: Readonly<Record<ProviderName, string>>;
  close(): Promise<void>;
}

export interface StandInOptions {
  seed: number;
  row: Row;
  /** Called for every request that creates an account, before it is handled. */
  onCreateAccount: (request: FaultedRequest) => void;
}

export async function startStandIns({ seed, row, onCreateAccount }: StandInOptions): Promise<StandIns> {
  const plaid = new PlaidBackend();
  plaid.settings.singleUsePublicTokens = row.singleUsePublicTokens ?? false;
  const cybrid = await startCybrid({
    plaid,
    settings: {
      duplicateDetection: false,
      workflowMs: WORKFLOW_MS,
      tokenLagMs: LINK_TOKEN_LAG_MS,
      accountMs: ACCOUNT_MS,
      accountOutcome: "by-customer",
      ...row.cybrid,
    },
  });
  const lynx = await startLynx({ plaid, settings: { duplicateDetection: false, ...row.lynx } });
  const createAccountRoutes = {
    cybrid: "POST /api/external_bank_accounts",
    lynx: `POST ${lynx.paths.linkVerified}`,
  };

  for (const [index, { faults, createAccount }] of [
    { faults: cybrid.faults, createAccount: createAccountRoutes.cybrid },
    { faults: lynx.faults, createAccount: createAccountRoutes.lynx },
  ].entries()) {
    // A rule that never takes effect is checked for every call: it serves as a listener.
    faults.add({
      route: createAccount,
      fault: { kind: "cut" },
      when: (request) => {
        onCreateAccount(request);
        return false;
      },
    });
    injectFaults(faults, seed + index, { token: "POST /oauth/token", createAccount }, row.faults);
  }

  return {
    plaid,
    cybrid,
    lynx,
    createAccountRoutes,
    held: (provider, customerId) =>
      provider === "cybrid" ? heldByCybrid(cybrid, customerId) : heldByLynx(lynx, customerId),
    calls: () => [...cybrid.calls, ...lynx.calls],
    async close() {
      await cybrid.close();
      await lynx.close();
    },
  };
}

/** The account that a link claims: by its id or, where Lynx told none, by the visit that chose it. */
export function findClaimed(
  held: readonly HeldAccount[],
  accountId: string | null,
  visitId: string,
): HeldAccount | undefined {
  if (accountId !== null) return held.find(({ id }) => id === accountId);
  return held.find(
    ({ provider, accountNumber }) => provider === "lynx" && accountNumber?.includes(`/${visitId}/`),
  );
}

function heldByCybrid(cybrid: CybridStandIn, customerId?: string): HeldAccount[] {
  return cybrid.accounts(customerId).map(({ guid, customerGuid, bank, state }) => {
    const usable = state === "completed" || state === "unverified";
    return {
      provider: "cybrid",
      id: guid,
      customerId: customerGuid ?? "",
      accountNumber: bank?.accountNumber ?? null,
      state,
      live: usable || state === "refresh_required",
      usable,
    };
  });
}

/** Lynx answers only once the account is there, and knows no states. */
function heldByLynx(lynx: LynxStandIn, customerId?: string): HeldAccount[] {
  return lynx.accounts(customerId).map(({ id, clientMemberId, accountNumber }) => ({
    provider: "lynx",
    id,
    customerId: clientMemberId,
    accountNumber,
    state: "linked",
    live: true,
    usable: true,
  }));
}
