/** What we read of Cybrid's answers: little, and tolerant of everything else. */
import * as z from "zod";

/** Cybrid sends ISO 8601; its clock orders accounts and workflows, ours never does. */
const time = z.string().nullish();
const text = z.string().nullish();

export const tokenAnswer = z.object({
  access_token: z.string().min(1),
  /** Seconds; differs between Cybrid's own sources, so it is obeyed rather than assumed. */
  expires_in: z.number().positive(),
});

export const workflow = z.object({
  guid: z.string().min(1),
  /** storing, completed, failed; an open string. */
  state: text,
  failure_code: text,
  /** Only in the single read, and for a moment not even there when completed. */
  plaid_link_token: text,
  created_at: time,
});
export type Workflow = z.infer<typeof workflow>;

export const workflowList = z.object({ objects: z.array(workflow) });

export const externalBankAccount = z.object({
  guid: z.string().min(1),
  /** storing, completed, unverified, failed, refresh_required, deleting, deleted; an open string. */
  state: text,
  failure_code: text,
  name: text,
  asset: text,
  customer_guid: text,
  plaid_institution_id: text,
  plaid_account_mask: text,
  created_at: time,
  updated_at: time,
});
export type ExternalBankAccount = z.infer<typeof externalBankAccount>;

export const externalBankAccountList = z.object({
  total: z.number(),
  objects: z.array(externalBankAccount),
});

export const customer = z.object({
  guid: z.string().min(1),
  /** storing, unverified, verified, rejected, frozen; an open string. */
  state: text,
  /** individual, business. */
  type: text,
});

export const identityVerification = z.object({
  guid: z.string().min(1),
  type: text,
  external_bank_account_guid: text,
  /** storing, waiting, pending, reviewing, expired, completed; an open string. */
  state: text,
  /** passed, failed. */
  outcome: text,
});
export type IdentityVerification = z.infer<typeof identityVerification>;

export const identityVerificationList = z.object({
  total: z.number(),
  objects: z.array(identityVerification),
});

export const errorAnswer = z.object({
  status: z.number(),
  error_message: z.string(),
  message_code: z.string(),
});
