/** What the stand-ins hold and which calls they received, for a person or a test to read. */
import type { Call } from "../call-log.ts";
import { shortenToken, shortenTokens } from "./shorten-tokens.ts";
import type { StandIns } from "./stand-ins.ts";

export function held({ cybrid, lynx, plaid }: StandIns) {
  const nowMs = Date.now();
  return {
    cybrid: {
      customers: cybrid.customers().map(({ guid, type, state }) => ({ guid, type, state })),
      workflows: cybrid.workflows().map((workflow) => ({
        guid: workflow.guid,
        customer: workflow.customerGuid,
        mode: workflow.linkTokenRequest.updateItemId === undefined ? "link" : "update",
        state: cybrid.workflowState(workflow),
        link_token: workflow.linkToken && shortenToken(workflow.linkToken),
        created_at: time(workflow.createdAtMs),
      })),
      accounts: cybrid.accounts().map((account) => ({
        guid: account.guid,
        customer: account.customerGuid,
        name: account.name,
        mask: account.bank?.mask ?? null,
        institution: account.bank?.institutionId ?? null,
        state: account.state,
        failure_code: account.failureCode,
        created_at: time(account.createdAtMs),
      })),
      verifications: cybrid.verifications().map((verification) => ({
        guid: verification.guid,
        customer: verification.customerGuid,
        account: verification.accountGuid,
        state: verification.state,
        outcome: verification.outcome,
        created_at: time(verification.createdAtMs),
      })),
    },
    lynx: {
      accounts: lynx.accounts().map((account) => ({
        id: account.id,
        member: account.clientMemberId,
        name: account.name,
        type: account.type,
        institution: account.institutionId,
        created_at: time(account.createdAtMs),
      })),
    },
    plaid: {
      link_tokens: plaid.backend.linkTokens().map((record) => ({
        link_token: shortenToken(record.linkToken),
        customer: record.customerId,
        mode: record.updateItemId === undefined ? "link" : "update",
        redirect_uri: record.redirectUri ?? null,
        alive: record.expiresAtMs > nowMs,
      })),
    },
  };
}

export interface CallFilter {
  provider?: string;
  route?: string;
  customer?: string;
}

/** Oldest first. */
export function calls({ cybrid, lynx }: StandIns, filter: CallFilter = {}) {
  return [...named("cybrid", cybrid.calls), ...named("lynx", lynx.calls)]
    .filter(
      (call) =>
        (!filter.provider || call.provider === filter.provider) &&
        (!filter.route || call.route === filter.route) &&
        (!filter.customer || call.customer === filter.customer),
    )
    .sort((one, other) => one.atMs - other.atMs)
    .map(
      ({ provider, method, path, route, status, atMs, worked, headers, requestBody, customer, fault }) => ({
        provider,
        at: time(atMs),
        method,
        path,
        route,
        /** 0: no answer was sent. */
        status,
        /** Whether the work was done, whatever the answer says. */
        worked,
        fault: fault ?? null,
        customer: customer ?? null,
        headers,
        request_body: shortenTokens(requestBody ?? null),
      }),
    );
}

export function clearCalls({ cybrid, lynx }: StandIns): void {
  cybrid.calls.length = 0;
  lynx.calls.length = 0;
}

function named<Name extends string>(provider: Name, log: readonly Call[]) {
  return log.map((call) => ({ provider, ...call }));
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
