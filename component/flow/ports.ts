/** What the flow needs of the API and of Plaid Link. The flow receives both, and knows neither api/ nor plaid/. */
import type {
  CreateLink,
  ExitLink,
  FinalizeLink,
  FinalizeRefresh,
  Link,
  LinkMode,
} from "../../worker/contract.ts";
import type { BankLinkError } from "../errors.ts";

/** What Plaid Link yields when the customer has completed it. */
export type Completion = FinalizeLink | FinalizeRefresh;

/** Every method rejects with a BankLinkError, or with the signal's reason once it has aborted. */
export interface LinkApi {
  /** Resolves once the link is no longer `preparing`. The same key creates no second link. */
  create(request: CreateLink, idempotencyKey: string, signal: AbortSignal): Promise<Link>;
  /** Resolves once the link is no longer `finalizing`; an outage only delays that. */
  outcome(link: Link, signal: AbortSignal): Promise<Link>;
  /** Rejects with `not_found` where the customer has no such link. */
  link(id: string, signal?: AbortSignal): Promise<Link>;
  /** The most recently opened link that has not ended; rejects with `not_found` where there is none. */
  current(redirectUri: string, signal?: AbortSignal): Promise<Link>;
  /** Rejects with `link_closed` where the link has been used up elsewhere. */
  opened(id: string): Promise<Link>;
  exited(id: string, exit: ExitLink): Promise<Link>;
  /** Safe to repeat: the same link is finalized once. */
  finalize(id: string, completion: Completion): Promise<Link>;
}

/** Creates a Plaid Link, hidden, which starts loading at once. */
export type CreateHandler = (options: HandlerOptions) => PlaidLinkHandler;

export interface HandlerOptions {
  token: string;
  mode: LinkMode;
  /** `null` on a first launch. */
  receivedRedirectUri: string | null;
  /** A BankLinkError where Plaid's metadata cannot be finalized. */
  onSuccess(result: Completion | BankLinkError): void;
  /** `displayMessage`: Plaid's own text for the customer. */
  onExit(exit: ExitLink, displayMessage: string | null): void;
  onEvent(name: string, metadata: Record<string, string>): void;
}

/** One Plaid Link. After `onSuccess` or `onExit` it destroys itself. */
export interface PlaidLinkHandler {
  /** Resolves when it is ready to open; rejects with `link_timeout`. */
  readonly loaded: Promise<void>;
  /** False once the element has been moved to where this frame could not be used. */
  isInPlace(): boolean;
  open(): void;
  /** `onExit` follows, by force if need be; nothing happens unless it is open. */
  exit(): void;
  /** No callback runs after this. */
  destroy(): void;
}
