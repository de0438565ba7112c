/**
 * One sentence for each field of each shape, kept out of contract.ts so that none is in the Worker's bundle.
 * The type requires a sentence for every field, and allows none for a field that is gone.
 */
import type * as z from "zod";
import { REFERENCE_MAX_BYTES } from "../limits.ts";
import type { ShapeName, shapes } from "./shapes.ts";

type FieldSentences = { readonly [Name in ShapeName]: Record<keyof z.input<(typeof shapes)[Name]>, string> };

const reference = `The host's own reference, at most ${REFERENCE_MAX_BYTES} bytes. Untrusted, unless it comes from the session token.`;
const linkSessionId = "Plaid's `link_session_id`, for its support.";

export const fieldSentences: FieldSentences = {
  Account: {
    id: "The provider's id for the account; `null` where it gives none.",
    provider: "The platform that holds the account.",
    name: "The account's name at the provider.",
    mask: "The last digits of the account number, as the bank shows them.",
    type: "For example `checking` or `savings`.",
    asset: "The currency, for example `USD`.",
    institution: "The bank, as far as known.",
    status:
      "Usable when `active`. An `unverified` account awaits the ownership check; a `refresh_required` one has to be reconnected by the customer.",
    failure_code: "The provider's own code, if the account failed.",
    created_at: "ISO 8601, by the provider's clock.",
    updated_at: "ISO 8601, by the provider's clock.",
  },
  AccountList: { accounts: "Newest first." },
  CreateLink: {
    account_id: "The account to refresh. Left out, a new account is linked.",
    redirect_uri: "One of `REDIRECT_URIS`, matched exactly. It can be left out if only one is configured.",
    language: "BCP 47. The nearest language that the provider supports is used, else English.",
    reference:
      "The host's own reference, returned with the link. A reference in the session token takes precedence.",
  },
  CreateSession: {
    customer_id: "Cybrid's `customer_guid`, Lynx's `clientMemberId`.",
    provider: "Required where two providers are configured.",
    origin: "The only origin from which the token is valid.",
    reference: `The host's own reference for the links of this session, at most ${REFERENCE_MAX_BYTES} bytes.`,
    expires_in: "The token's lifetime in seconds.",
  },
  DoctorItem: {
    id: "The same in every run.",
    title: "What was checked.",
    result: "`unknown`: only a person can check it, or it could not be tried.",
    detail: "What to do; empty if nothing.",
  },
  DoctorReport: {
    version: "The Worker's version.",
    environment: "`null` while the configuration is invalid.",
    items: "The checklist.",
  },
  ExitLink: {
    status: "Plaid's `metadata.status`.",
    error: "Plaid's `error_type` and `error_code`, where there was an error.",
    link_session_id: linkSessionId,
    request_id: "Plaid's `request_id`, for its support.",
    final: "`true`: the customer will not return to this link.",
  },
  FinalizeLink: {
    public_token: "The public token that Plaid Link passed to the page.",
    account: "The account that the customer chose.",
    institution: "The bank. `null` or left out if Plaid Link named none.",
    link_session_id: linkSessionId,
  },
  FinalizeRefresh: { link_session_id: linkSessionId },
  Health: { status: "Always `ok`.", version: "The Worker's version." },
  Link: {
    id: "Starts with `lnk_`.",
    provider: "The platform that the account is linked on.",
    mode: "`refresh` reconnects an account whose connection expired.",
    status: "`linked` and `failed` are final.",
    link_token: "For Plaid Link; only while `ready`.",
    link_token_expires_at: "ISO 8601, estimated; only while `ready`.",
    account: "The linked or failed account; before that, the account to refresh, if any.",
    problem: "Why the link failed.",
    reference,
    opened_at: "ISO 8601: when Plaid Link was last opened.",
    created_at: "ISO 8601.",
    updated_at: "ISO 8601.",
  },
  LinkList: { links: "The newest 50, newest first." },
  LinkProblem: {
    code: "One of the codes below.",
    title: "The code in words.",
    detail: "What to do.",
    retryable: "Whether another link may succeed later with nothing changed.",
  },
  Problem: {
    type: "A URL that leads to the code on this page.",
    title: "The code in words.",
    status: "The HTTP status.",
    detail: "What to do.",
    instance: "The path of the request.",
    code: "One of the codes below.",
    retryable: "Whether the same request may succeed later with nothing changed.",
    request_id: "The same as in `X-Request-Id`.",
    errors: "What is wrong with which field: each has a JSON pointer into the body.",
  },
  Session: {
    token: "A bearer token for one customer, to be passed to `<bank-link>`.",
    expires_at: "ISO 8601.",
  },
  UndeliveredList: { messages: "Each with its data and the number of attempts." },
};
