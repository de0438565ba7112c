/** What a person or a test can do to the stand-ins, besides settings and faults. */
import { HTTPException } from "hono/http-exception";
import * as z from "zod";
import { institutions } from "../plaid/institutions.ts";
import { successMetadata } from "../plaid/link-success.ts";
import { readBody } from "./read-body.ts";
import type { StandIns } from "./stand-ins.ts";

export const customerTypes = ["individual", "business"] as const;
export const customerStates = ["storing", "unverified", "verified", "rejected", "frozen"] as const;
export const accountStates = [
  "storing",
  "completed",
  "unverified",
  "failed",
  "refresh_required",
  "deleting",
  "deleted",
] as const;
export const tokenKinds = ["access", "link", "public"] as const;

const newCustomer = z.strictObject({
  type: z.enum(customerTypes).default("individual"),
  state: z.enum(customerStates).exactOptional(),
  guid: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "32 hexadecimal characters")
    .exactOptional(),
});
const customerChange = z.strictObject({ state: z.enum(customerStates) });
const accountChange = z.strictObject({
  state: z.enum(accountStates),
  failure_code: z.string().min(1).exactOptional(),
});
const expiry = z.strictObject({ tokens: z.enum(tokenKinds) });
const linkRun = z.strictObject({
  link_token: z.string(),
  institution_id: z.string().default("ins_109508"),
  subtype: z.string().default("checking"),
});

export function addCustomer({ cybrid }: StandIns, body: unknown): { guid: string } {
  const customer = readBody(newCustomer, body);
  if (cybrid.customers().some(({ guid }) => guid === customer.guid)) {
    throw new HTTPException(409, { message: "there is such a customer already" });
  }
  return { guid: cybrid.addCustomer(customer) };
}

export function changeCustomer({ cybrid }: StandIns, guid: string, body: unknown): void {
  const { state } = readBody(customerChange, body);
  if (!cybrid.customers().some((customer) => customer.guid === guid)) throw unknown("customer");
  cybrid.setCustomerState(guid, state);
}

export function changeAccount({ cybrid }: StandIns, guid: string, body: unknown): void {
  const { state, failure_code } = readBody(accountChange, body);
  if (!cybrid.accounts().some((account) => account.guid === guid)) throw unknown("account");
  cybrid.forceState(guid, state, failure_code);
}

/** Expires the tokens issued so far; later ones live as long as the settings say. */
export function expireTokens({ cybrid, lynx, plaid }: StandIns, body: unknown): void {
  switch (readBody(expiry, body).tokens) {
    case "access":
      cybrid.expireAccessTokens();
      lynx.expireAccessTokens();
      return;
    case "link":
      plaid.backend.expireLinkTokens();
      return;
    case "public":
      plaid.backend.expirePublicTokens();
      return;
  }
}

/** What a customer does in Link, for tests without a browser: the arguments of `onSuccess`. */
export function runLink({ plaid }: StandIns, body: unknown) {
  const { link_token, institution_id, subtype } = readBody(linkRun, body);
  const { backend } = plaid;
  const record = backend.linkToken(link_token);
  if (!record) throw new HTTPException(400, { message: "INVALID_LINK_TOKEN" });
  if (record.updateItemId !== undefined) {
    const renewed = backend.renewItem(record.updateItemId);
    return successMetadata(renewed, null, crypto.randomUUID(), backend.scenario);
  }
  if (!institutions.some(({ id }) => id === institution_id)) {
    throw new HTTPException(400, { message: `no such institution: ${institution_id}` });
  }
  const { item, publicToken } = backend.issuePublicToken(
    link_token,
    institution_id,
    (account) => account.subtype === subtype,
  );
  return successMetadata(item, publicToken, crypto.randomUUID(), backend.scenario);
}

function unknown(what: string): HTTPException {
  return new HTTPException(404, { message: `there is no such ${what}` });
}
