/**
 * One sentence for each field of each shape. Apart from the contract, so that none of it weighs on the Worker;
 * the type makes sure that no field goes without and none outlives its shape.
 */
import type * as z from "zod";
import { REFERENCE_MAX_BYTES } from "../limits.ts";
import type { ShapeName, shapes } from "./shapes.ts";

type FieldSentences = { readonly [Name in ShapeName]: Record<keyof z.input<(typeof shapes)[Name]>, string> };

const reference = `The host's own note, at most ${REFERENCE_MAX_BYTES} bytes. Untrusted, unless the session named it.`;
const linkSessionId = "Plaid's `link_session_id`, for its support.";

export const fieldSentences: FieldSentences = {
  Account: {
    id: "The provider's own id; `null` where it gives none.",
    provider: "The platform behind.",
    name: "The provider's name for it.",
    mask: "The last digits, as the bank shows them.",
    type: "Such as `checking` or `savings`.",
    asset: "The currency, such as `USD`.",
    institution: "The bank, as far as it is known.",
    status:
      "Usable when `active`; `unverified` waits for the ownership check; `refresh_required` for the customer.",
    failure_code: "The provider's own code, where it gave the account up.",
    created_at: "ISO 8601, the provider's clock.",
    updated_at: "ISO 8601, the provider's clock.",
  },
  AccountList: { accounts: "Newest first." },
  CreateLink: {
    account_id: "Makes it a refresh of this account.",
    redirect_uri: "One of `REDIRECT_URIS`, whole. Left out, the only one is meant; with several, name it.",
    language: "BCP 47. The nearest language that the provider supports is taken, else English.",
    reference: "The host's own note, handed back. Loses against the session's.",
  },
  CreateSession: {
    customer_id: "Cybrid's `customer_guid`, Lynx's `clientMemberId`.",
    provider: "Needed where two providers are configured.",
    origin: "The only origin from which the token is good.",
    reference: `The host's own note for the links of this session, at most ${REFERENCE_MAX_BYTES} bytes.`,
    expires_in: "Seconds.",
  },
  DoctorItem: {
    id: "Stays the same from run to run.",
    title: "What was looked at.",
    result: "`unknown`: no machine can tell, or it could not be tried.",
    detail: "What to do; empty where nothing is.",
  },
  DoctorReport: {
    version: "Of the Worker.",
    environment: "`null` while the configuration cannot be read.",
    items: "The checklist.",
  },
  ExitLink: {
    status: "Plaid's `metadata.status`.",
    error: "Plaid's `error_type` and `error_code`, where there was an error.",
    link_session_id: linkSessionId,
    request_id: "Plaid's `request_id`, for its support.",
    final: "The customer will not come back to this link.",
  },
  FinalizeLink: {
    public_token: "As Link gave it.",
    account: "The one account that was chosen.",
    institution: "`null` or left out where Link named none.",
    link_session_id: linkSessionId,
  },
  FinalizeRefresh: { link_session_id: linkSessionId },
  Health: { status: "Always `ok`.", version: "Of the Worker." },
  Link: {
    id: "Starts with `lnk_`.",
    provider: "The platform behind.",
    mode: "`refresh` repairs an account whose connection expired.",
    status: "`linked` and `failed` are the end.",
    link_token: "For Plaid Link; only while `ready`.",
    link_token_expires_at: "ISO 8601, our estimate; only while `ready`.",
    account: "The outcome.",
    problem: "Why it failed.",
    reference,
    opened_at: "ISO 8601: when Link was opened last.",
    created_at: "ISO 8601.",
    updated_at: "ISO 8601.",
  },
  LinkList: { links: "The newest 50, newest first." },
  LinkProblem: {
    code: "One of the codes below.",
    title: "For people.",
    detail: "What to do.",
    retryable: "Whether another link may succeed later without anyone changing anything.",
  },
  Problem: {
    type: "Leads to the code on this page.",
    title: "For people.",
    status: "The HTTP status again.",
    detail: "What to do.",
    instance: "The path that was called.",
    code: "One of the codes below.",
    retryable: "Whether the same request may succeed later.",
    request_id: "As in `X-Request-Id`.",
    errors: "What is wrong where: each with a JSON pointer into the body.",
  },
  Session: { token: "For `<bank-link>`: a bearer token of one customer.", expires_at: "ISO 8601." },
  UndeliveredList: { messages: "Of the webhook: each as it would have come, and how often it was tried." },
};
