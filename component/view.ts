/** What <bank-link> looks like in each state. */
import { html, nothing, type TemplateResult } from "lit";
import type { LinkFlow } from "./flow/flow.ts";
import { icon } from "./icons.ts";
import type { Messages } from "./messages/messages.ts";

export interface View {
  flow: LinkFlow;
  /** What the button offers. */
  isRefresh: boolean;
  messages: Messages;
  isDisabled: boolean;
  /** After success, another account may be linked. */
  multiple: boolean;
  onTrigger: (event: Event) => void;
}

export function viewTemplate(view: View): TemplateResult {
  const hasButton = view.flow.state !== "linked" || view.multiple;
  const status = statusTemplate(view);
  return html`
    ${hasButton ? triggerTemplate(view) : nothing}
    <div part="status" class=${view.flow.state} role="status" tabindex="-1">${status}</div>
    ${
      status === nothing && view.messages.hint
        ? html`<p part="hint">${icon("lock")}${view.messages.hint}</p>`
        : nothing
    }
  `;
}

function triggerTemplate(view: View): TemplateResult {
  // What is prepared ahead of a click does not show.
  const busy = view.flow.isWanted;
  // Busy is never `disabled`: a disabled button loses focus, and says nothing to a screen reader.
  return html`<slot name="trigger" @click=${view.onTrigger}>
    <button part="button" type="button" ?disabled=${view.isDisabled} aria-disabled=${busy}>
      ${busy ? html`<span part="spinner"></span>` : icon("bank")}
      <slot>${label(view)}</slot>
    </button>
  </slot>`;
}

function label({ flow: { state }, isRefresh, messages }: View): string {
  if (state === "failed") return messages.tryAgain;
  if (state === "linked") return messages.linkAnother;
  return isRefresh ? messages.reconnect : messages.link;
}

function statusTemplate(view: View): TemplateResult | typeof nothing {
  const { flow, messages } = view;
  const { state, isWanted, isPending, sentence } = flow;
  switch (state) {
    case "preparing":
      return line(isWanted && messages.preparing);
    case "finalizing":
      return line(isPending ? messages.pending : messages.finalizing);
    case "failed":
      return html`<slot name="error">${icon("alert")}${line(sentence)}</slot>`;
    case "linked":
      return html`<slot name="linked">${linkedTemplate(view)}</slot>`;
    default:
      return line(sentence);
  }
}

function line(text: string | false): TemplateResult | typeof nothing {
  return text ? html`<p part="message">${text}</p>` : nothing;
}

function linkedTemplate({ flow: { account, link }, messages }: View): TemplateResult {
  const { institution, name, mask } = account ?? {};
  const bank = institution?.name ?? name;
  return html`
    <span class="badge">${icon("check")}</span>
    <div>
      <p part="message">${link?.mode === "refresh" ? messages.reconnected : messages.linked}</p>
      ${bank ? html`<p class="bank">${bank}</p>` : nothing}
      ${mask ? html`<p class="mask">${messages.accountEnding.replace("{mask}", mask)}</p>` : nothing}
    </div>
  `;
}
