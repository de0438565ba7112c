/** What <bank-link> looks like in each state. */
import { html, nothing, type TemplateResult } from "lit";
import type { LinkWith } from "../worker/contract.ts";
import type { FlowState } from "./flow/state.ts";
import { icon } from "./icons.ts";
import type { Messages } from "./messages/messages.ts";

/** What the view reads of its element. */
interface ViewElement {
  readonly multiple: boolean;
  readonly refreshAccount: string | null;
  open(): unknown;
}

export function viewTemplate(
  element: ViewElement,
  { state, isBusy }: { state: FlowState; isBusy: boolean },
  messages: Messages,
  isDisabled: boolean,
): TemplateResult {
  const status = statusTemplate(state, isBusy, messages);
  // Busy is never `disabled`: a disabled button loses focus, and is not announced by a screen reader.
  return html`
    ${
      state.status !== "linked" || element.multiple
        ? html`<slot name="trigger" @click=${() => void element.open()}>
            <button part="button" type="button" ?disabled=${isDisabled} aria-disabled=${isBusy}>
              ${isBusy ? html`<span part="spinner"></span>` : icon("bank")}
              <slot>${label(element, state, messages)}</slot>
            </button>
          </slot>`
        : nothing
    }
    <div part="status" class=${state.status} role="status" tabindex="-1">${status}</div>
    ${
      status === nothing && messages.hint ? html`<p part="hint">${icon("lock")}${messages.hint}</p>` : nothing
    }
  `;
}

function label({ refreshAccount }: ViewElement, { status }: FlowState, messages: Messages): string {
  if (status === "failed") return messages.tryAgain;
  if (status === "linked") return messages.linkAnother;
  return refreshAccount ? messages.reconnect : messages.link;
}

function statusTemplate(
  state: FlowState,
  isBusy: boolean,
  messages: Messages,
): TemplateResult | typeof nothing {
  switch (state.status) {
    case "idle":
    case "ready":
    case "open":
      return nothing;
    case "preparing":
      return line(isBusy && messages.preparing);
    case "finalizing":
      return line(state.isPending ? messages.pending : messages.finalizing);
    case "canceled":
      return line(state.message);
    case "failed":
      return html`<slot name="error">${icon("alert")}${line(state.message)}</slot>`;
    case "linked":
      return html`<slot name="linked">${linkedTemplate(state.link, messages)}</slot>`;
  }
}

function line(text: string | false): TemplateResult | typeof nothing {
  return text ? html`<p part="message">${text}</p>` : nothing;
}

function linkedTemplate({ mode, account }: LinkWith<"linked">, messages: Messages): TemplateResult {
  const { institution, name, mask } = account;
  const bank = institution?.name ?? name;
  return html`
    <span class="badge">${icon("check")}</span>
    <div>
      <p part="message">${mode === "refresh" ? messages.reconnected : messages.linked}</p>
      ${bank ? html`<p class="bank">${bank}</p>` : nothing}
      ${mask ? html`<p class="mask">${messages.accountEnding.replace("{mask}", mask)}</p>` : nothing}
    </div>
  `;
}
