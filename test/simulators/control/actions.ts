/** What a person or a test can do to the stand-ins besides settings and faults. */
import * as z from "zod";
import { successMetadata } from "../plaid/link-success.ts";
import { ControlError, type Steered } from "./steered.ts";

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

export function addCustomer({ cybrid }: Steered, wish: unknown): { guid: string } {
  const customer = read(newCustomer, wish);
  if (cybrid.customers().some(({ guid }) => guid === customer.guid)) {
    throw new ControlError("there is such a customer already", 409);
  }
  return { guid: cybrid.addCustomer(customer) };
}

export function changeCustomer({ cybrid }: Steered, guid: string, wish: unknown): void {
  const { state } = read(customerChange, wish);
  if (!cybrid.customers().some((customer) => customer.guid === guid)) throw unknown("customer");
  cybrid.setCustomerState(guid, state);
}

export function changeAccount({ cybrid }: Steered, guid: string, wish: unknown): void {
  const { state, failure_code } = read(accountChange, wish);
  if (!cybrid.accounts().some((account) => account.guid === guid)) throw unknown("account");
  cybrid.forceState(guid, state, failure_code);
}

/** Ends what is out now; what is given out afterwards lives as set. */
export function expireTokens({ cybrid, lynx, plaid }: Steered, wish: unknown): void {
  switch (read(expiry, wish).tokens) {
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
export function runLink({ plaid }: Steered, wish: unknown) {
  const { link_token, institution_id, subtype } = read(linkRun, wish);
  const { backend } = plaid;
  const record = backend.linkToken(link_token);
  if (!record) throw new ControlError("INVALID_LINK_TOKEN");
  if (record.updateItemId !== undefined) {
    const renewed = backend.renewItem(record.updateItemId);
    return successMetadata(renewed, null, crypto.randomUUID(), backend.scenario);
  }
  let made: ReturnType<typeof backend.issuePublicToken>;
  try {
    made = backend.issuePublicToken(link_token, institution_id, (account) => account.subtype === subtype);
  } catch (cause) {
    throw new ControlError(cause instanceof Error ? cause.message : String(cause));
  }
  return successMetadata(made.item, made.publicToken, crypto.randomUUID(), backend.scenario);
}

function read<Schema extends z.ZodType>(schema: Schema, wish: unknown): z.output<Schema> {
  const found = schema.safeParse(wish);
  if (!found.success) throw new ControlError(z.prettifyError(found.error));
  return found.data;
}

function unknown(what: string): ControlError {
  return new ControlError(`there is no such ${what}`, 404);
}
