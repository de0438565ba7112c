/** The HTTP API's shapes. Everything else derives its types from here; the element imports types only. */
import * as z from "zod";
import {
  DISPLAY_NAME_MAX_CHARS,
  IDENTIFIER_MAX_CHARS,
  PLAID_VALUE_MAX_CHARS,
  REDIRECT_URI_MAX_CHARS,
  REFERENCE_MAX_BYTES,
  SESSION_DEFAULT_S,
  SESSION_MAX_S,
} from "./limits.ts";
import { PROBLEMS, type ProblemCode } from "./problems/registry.ts";

// No control characters in anything that reaches a log, a header or a provider.
const printable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not contain control characters");

const identifier = printable(IDENTIFIER_MAX_CHARS).regex(/^\S+$/u, "must not contain spaces");
const plaidValue = printable(PLAID_VALUE_MAX_CHARS).regex(/^\S+$/u, "must not contain spaces");
const bankText = printable(DISPLAY_NAME_MAX_CHARS);

const reference = z
  .string()
  .min(1)
  .refine((text) => new TextEncoder().encode(text).byteLength <= REFERENCE_MAX_BYTES, {
    message: `must be at most ${REFERENCE_MAX_BYTES} bytes`,
  })
  .refine((text) => text.isWellFormed(), { message: "must be well-formed Unicode" });

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: "must be an origin, such as https://shop.example.com",
});

export const providerName = z.enum(["cybrid", "lynx"]);
export type ProviderName = z.infer<typeof providerName>;

export const linkMode = z.enum(["link", "refresh"]);
export type LinkMode = z.infer<typeof linkMode>;

export const linkStatus = z.enum([
  "preparing",
  "ready",
  "finalizing",
  "linked",
  "failed",
  "canceled",
  "expired",
]);
export type LinkStatus = z.infer<typeof linkStatus>;

export const accountStatus = z.enum([
  "processing",
  "active",
  "unverified",
  "refresh_required",
  "failed",
  "removing",
  "removed",
]);
export type AccountStatus = z.infer<typeof accountStatus>;

/** The external bank account at the provider; everything but id, provider and status may be null. */
export const account = z.strictObject({
  id: z.string().nullable(),
  provider: providerName,
  name: z.string().nullable(),
  mask: z.string().nullable(),
  type: z.string().nullable(),
  asset: z.string().nullable(),
  institution: z.strictObject({ id: z.string().nullable(), name: z.string().nullable() }).nullable(),
  status: accountStatus,
  failure_code: z.string().nullable(),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
});
export type Account = z.infer<typeof account>;

export const problemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

/** application/problem+json, RFC 9457. */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: problemCode,
  retryable: z.boolean(),
  request_id: z.string(),
  errors: z.array(z.strictObject({ detail: z.string(), pointer: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

/** What ended a link, inside the link. */
export const linkProblem = z.strictObject({
  code: problemCode,
  title: z.string(),
  detail: z.string(),
  retryable: z.boolean(),
});
export type LinkProblem = z.infer<typeof linkProblem>;

/** One variant of a link: the fields that all have, in one order, around those that depend on its status. */
const linkWith = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.strictObject({
    id: z.string(),
    provider: providerName,
    mode: linkMode,
    ...fields,
    reference: z.string().nullable(),
    opened_at: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  });
const withoutToken = { link_token: z.null(), link_token_expires_at: z.null() };
/** Before the outcome: the account that a refresh is for, by its id; `null` for a new one. */
const accountToRefresh = account.nullable();

export const link = z.discriminatedUnion("status", [
  linkWith({
    status: linkStatus.extract(["preparing", "finalizing", "canceled", "expired"]),
    ...withoutToken,
    account: accountToRefresh,
    problem: z.null(),
  }),
  linkWith({
    status: linkStatus.extract(["ready"]),
    link_token: z.string(),
    /** Our estimate, ISO 8601. */
    link_token_expires_at: z.string(),
    account: accountToRefresh,
    problem: z.null(),
  }),
  linkWith({ status: linkStatus.extract(["linked"]), ...withoutToken, account, problem: z.null() }),
  linkWith({
    status: linkStatus.extract(["failed"]),
    ...withoutToken,
    /** The account that the provider gave up, where it had begun one. */
    account: account.nullable(),
    problem: linkProblem,
  }),
]);
export type Link = z.infer<typeof link>;
export type LinkWith<Status extends LinkStatus> = Extract<Link, { status: Status }>;

export const linkList = z.strictObject({ links: z.array(link) });
export type LinkList = z.infer<typeof linkList>;
export const accountList = z.strictObject({ accounts: z.array(account) });
export type AccountList = z.infer<typeof accountList>;

export const createSession = z.strictObject({
  customer_id: identifier,
  provider: providerName.optional(),
  origin: origin.optional(),
  reference: reference.optional(),
  expires_in: z.int().min(1).max(SESSION_MAX_S).default(SESSION_DEFAULT_S),
});
export const session = z.strictObject({ token: z.string(), expires_at: z.string() });
export type Session = z.infer<typeof session>;

export const createLink = z.strictObject({
  /** Makes it a refresh of this account. */
  account_id: identifier.optional(),
  redirect_uri: printable(REDIRECT_URI_MAX_CHARS).optional(),
  /** BCP 47; the nearest supported language is taken, else English. */
  language: printable(35).optional(),
  reference: reference.optional(),
});
export type CreateLink = z.infer<typeof createLink>;

export const finalizeLink = z.strictObject({
  public_token: plaidValue,
  account: z.strictObject({
    id: plaidValue,
    name: bankText.nullish(),
    mask: bankText.nullish(),
    type: bankText.nullish(),
    subtype: bankText.nullish(),
  }),
  institution: z.strictObject({ id: bankText, name: bankText }).nullish(),
  link_session_id: plaidValue.nullish(),
});
export type FinalizeLink = z.infer<typeof finalizeLink>;

export const finalizeRefresh = z.strictObject({ link_session_id: plaidValue.nullish() });
export type FinalizeRefresh = z.infer<typeof finalizeRefresh>;

export const exitLink = z.strictObject({
  status: bankText.nullish(),
  error: z.strictObject({ type: bankText, code: bankText }).nullish(),
  link_session_id: plaidValue.nullish(),
  request_id: plaidValue.nullish(),
  /** The customer will not come back to this link. */
  final: z.boolean().optional(),
});
export type ExitLink = z.infer<typeof exitLink>;

/** A webhook message that nobody has taken yet, or that was given up. */
export const undeliveredList = z.strictObject({
  messages: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      attempts: z.int(),
      created_at: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type UndeliveredList = z.infer<typeof undeliveredList>;

export const health = z.strictObject({ status: z.literal("ok"), version: z.string() });

/** One line of the go-live checklist. */
export const doctorItem = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** `unknown`: no machine can tell, or it could not be tried. */
  result: z.enum(["ok", "failed", "unknown"]),
  /** What to do; empty where nothing is. */
  detail: z.string(),
});
export type DoctorItem = z.infer<typeof doctorItem>;

export const doctorReport = z.strictObject({
  version: z.string(),
  /** `null` while the configuration cannot be read. */
  environment: z.enum(["sandbox", "production"]).nullable(),
  items: z.array(doctorItem),
});
export type DoctorReport = z.infer<typeof doctorReport>;
