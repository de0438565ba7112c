/** What the flow needs of its element. */
import type { CreateLink } from "../../worker/contract.ts";
import type { Messages } from "../messages/messages.ts";
import type { CreateHandler, LinkApi } from "./ports.ts";
import type { FlowState, LinkState } from "./state.ts";

/** The API and Plaid Link, as the element is configured now. */
export interface FlowServices {
  /** @throws BankLinkError `api_missing`, `api_not_allowed` */
  api(): LinkApi;
  /** @throws BankLinkError `script_blocked`, `script_timeout`, `offline` */
  loadPlaid(): Promise<CreateHandler>;
}

/** Dispatching an event and `stateChanged()` may run the page's code. */
export interface FlowHost extends FlowServices {
  readonly element: Pick<HTMLElement, "dispatchEvent" | "isConnected"> & {
    readonly refreshAccount: string | null;
    requestUpdate(): void;
  };
  /** Where session tokens come from: another source may mean another customer. */
  sessionSource(): unknown;
  linkRequest(): CreateLink;
  /** The texts that the customer reads. */
  messages(): Messages;
  stateChanged(from: LinkState, to: FlowState): void;
}
