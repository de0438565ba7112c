/**
 * Our requests to Cybrid and what we read of its answers, held to Cybrid's own published types when they are compiled:
 * an update of theirs shows drift as a type error of `npm run types`. Nothing here runs.
 */
import type {
  CustomerBankModel,
  ErrorResponseBankModel,
  ExternalBankAccountBankModel,
  IdentityVerificationBankModel,
  PostExternalBankAccountBankModel,
  PostIdentityVerificationBankModel,
  PostWorkflowBankModel,
  WorkflowWithDetailsBankModel,
} from "@cybrid/cybrid-api-bank-typescript";
import type * as z from "zod";
import type {
  PostExternalBankAccount,
  PostIdentityVerification,
  PostWorkflow,
} from "../../../worker/providers/cybrid/api.ts";
import type * as schemas from "../../../worker/providers/cybrid/schemas.ts";

/** Their enums are TypeScript's; on the wire they are strings. */
type OnTheWire<Model> = { [Name in keyof Model]: Model[Name] extends infer Value ? Wire<Value> : never };
type Wire<Value> = Value extends string ? `${Value}` : Value;

/** `Ours` has no field that theirs lacks, and each one is something that theirs takes. */
type Sent<Ours, Model> =
  Exclude<keyof Ours, keyof Model> extends never
    ? Ours extends Partial<OnTheWire<Model>>
      ? true
      : "a field has another type"
    : Exclude<keyof Ours, keyof Model>;

/** Each field that we read is one of theirs, and whatever they answer in it passes our schema. */
type Read<Schema extends z.ZodType, Model> =
  Exclude<keyof z.input<Schema>, keyof Model> extends never
    ? OnTheWire<Pick<Model, keyof z.input<Schema> & keyof Model>> extends Partial<z.input<Schema>>
      ? true
      : "a field has another type"
    : Exclude<keyof z.input<Schema>, keyof Model>;

export const agreement: {
  createWorkflow: Sent<PostWorkflow, PostWorkflowBankModel>;
  createAccount: Sent<PostExternalBankAccount, PostExternalBankAccountBankModel>;
  createOwnershipCheck: Sent<PostIdentityVerification, PostIdentityVerificationBankModel>;
  workflow: Read<typeof schemas.workflow, WorkflowWithDetailsBankModel>;
  account: Read<typeof schemas.externalBankAccount, ExternalBankAccountBankModel>;
  customer: Read<typeof schemas.customer, CustomerBankModel>;
  ownershipCheck: Read<typeof schemas.identityVerification, IdentityVerificationBankModel>;
  error: Read<typeof schemas.errorAnswer, ErrorResponseBankModel>;
} = {
  createWorkflow: true,
  createAccount: true,
  createOwnershipCheck: true,
  workflow: true,
  account: true,
  customer: true,
  ownershipCheck: true,
  error: true,
};
