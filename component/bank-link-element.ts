import { LitElement, type TemplateResult } from "lit";
import type { Account, CreateLink, Link } from "../worker/contract.ts";
import { apiBase } from "./api/base-url.ts";
import { ApiClient } from "./api/client.ts";
import { type GetSession, sessionSource } from "./api/session.ts";
import { BankLinkStateChangeEvent } from "./events.ts";
import { type FlowHost, LinkFlow } from "./flow/flow.ts";
import type { Outcome } from "./flow/progress.ts";
import { offerToResume, withdrawFromResuming } from "./flow/resume.ts";
import type { LinkState } from "./flow/state.ts";
import {
  loadMessages,
  type MessageOverrides,
  type Messages,
  messagesFor,
  nearestLanguage,
  withOverrides,
} from "./messages/messages.ts";
import { loadPlaid, PLAID_SCRIPT_URL } from "./plaid/script.ts";
import { styles } from "./styles.ts";
import { viewTemplate } from "./view.ts";

/** A link as the page may see it: without its token. */
export type PublicLink = Omit<Link, "link_token">;

export type Preload = "intent" | "load" | "none";

/**
 * Links a bank account: shows a button, opens Plaid Link, and tells the true outcome. Its `color`, `font` and
 * `max-inline-size` are those of any element: the page's style sheet sets them.
 *
 * @element bank-link
 *
 * @attr {string} session-url - URL on the page's own origin, POSTed for `{token, expires_at?}` when a session token is
 *   needed
 * @attr {string} api - base URL of the Worker; in the file that the Worker serves, its own origin is the default. From
 *   markup only the script's origin, the page's origin and `BankLinkElement.allowedApiOrigins` are taken
 * @attr {string} refresh-account - id of an account whose connection has expired: it is repaired, none is added
 * @attr {string} redirect-uri - where banks send the customer back to; needed only where the API knows several
 * @attr {string} language - of the texts and of Plaid Link; by default the nearest `lang`, read whenever the element
 *   renders
 * @attr {string} reference - the host's own note, handed back with the outcome
 * @attr {"intent" | "load" | "none"} preload - when Plaid's script and the link are fetched: at the first sign of
 *   interest (default), with the page, or at the click. Preloading contacts Plaid before the click
 * @attr {boolean} multiple - after success, offer to link another account
 * @attr {string} name - under which a form submits the value
 * @attr {string} value - the value to begin with, and after a reset of the form
 * @attr {boolean} required - a form is not submitted before an account is linked
 * @attr {boolean} disabled - nothing can be begun; a customer who is back from a bank goes on
 * @attr {string} nonce - the platform's own: given to Plaid's script for a strict Content-Security-Policy
 *
 * @prop {(() => string | Promise<string>) | null} getSession - returns a session token; wins over `session-url`
 * @prop {string | null} session - a session token; never an attribute
 * @prop {MessageOverrides | null} messages - texts to use instead of ours
 * @prop {LinkState} status - readonly
 * @prop {PublicLink | null} link - readonly; the link at hand, without its token
 * @prop {Account | null} linkedAccount - readonly; the account that was linked or refreshed
 * @prop {string} value - the linked account's id, or the link's id where the provider gives none
 *
 * @method open - opens Plaid Link as soon as possible; resolves with `{status, account?}`, never rejects; an element
 *   that is removed while the provider works resolves it with `finalizing`
 * @method close - asks Plaid Link to leave, and takes it away if it does not
 * @method reset - back to the beginning, the value as well; what is finalizing goes on, unannounced
 *
 * @slot - the button's label, in every state
 * @slot trigger - replaces the button; a click on it opens Link
 * @slot linked - replaces what success shows
 * @slot error - replaces what a failure shows
 *
 * @csspart button - the button
 * @csspart spinner - turns in the button while somebody waits
 * @csspart hint - the line beneath the button before anything has happened
 * @csspart status - the live region
 * @csspart message - the sentence in it
 *
 * @cssprop --bank-link-accent - the button, and the ring of focus
 * @cssprop --bank-link-on-accent - the text on the button
 * @cssprop --bank-link-muted - less important text
 * @cssprop --bank-link-surface - behind outcomes
 * @cssprop --bank-link-border - around them
 * @cssprop --bank-link-radius - of the button and of outcomes
 * @cssprop --bank-link-success - the tick
 * @cssprop --bank-link-danger - the warning sign
 *
 * @cssState idle - nothing has happened
 * @cssState preparing - script and link are being fetched
 * @cssState ready - Link could open at once
 * @cssState open - the customer is in Link
 * @cssState finalizing - the bank agreed; the account is being made
 * @cssState linked - the provider says that the account exists
 * @cssState canceled - left without linking
 * @cssState failed - something went wrong; the status line says what, and trying again is offered
 *
 * @fires {BankLinkStateChangeEvent} bank-link-statechange - `{from, to}`
 * @fires {BankLinkOpenEvent} bank-link-open - `{link_id}`; cancelable, before Link opens
 * @fires {BankLinkPlaidEvent} bank-link-event - `{name, metadata}`: Plaid's own events, without anything personal
 * @fires {BankLinkExitEvent} bank-link-exit - `{link_id, status, error, message}`: left without linking
 * @fires {BankLinkPendingEvent} bank-link-pending - `{link_id}`: the provider still works on it; the page may go on
 * @fires {BankLinkSuccessEvent} bank-link-success - `{link_id, mode, account, reference}`: never before it is true
 * @fires {BankLinkErrorEvent} bank-link-error - `{code, message, retryable, request_id, link_id}`
 * @fires {Event} change - the value has changed because an account was linked
 */
export class BankLinkElement extends LitElement {
  static readonly formAssociated = true;
  static override styles = styles;
  static override shadowRootOptions: ShadowRootInit = { mode: "open", delegatesFocus: true };

  static override properties = {
    sessionUrl: { attribute: "session-url" },
    getSession: { attribute: false },
    session: { attribute: false },
    api: {},
    refreshAccount: { attribute: "refresh-account" },
    redirectUri: { attribute: "redirect-uri" },
    language: {},
    reference: {},
    preload: {},
    multiple: { type: Boolean },
    name: { reflect: true },
    required: { type: Boolean, reflect: true },
    disabled: { type: Boolean, reflect: true },
    defaultValue: { attribute: "value" },
    // For Lit only so that what is set before the upgrade is kept.
    value: { attribute: false, noAccessor: true },
    form: { attribute: false, noAccessor: true },
    messages: { attribute: false },
  };

  /** The API of elements that name none: set by the file that the Worker serves. */
  static defaultApi: string | null = null;
  /** Origins that the attribute `api` may name besides the script's and the page's. */
  static allowedApiOrigins: readonly string[] = [];
  /** Texts to use instead of ours, in all elements. */
  static messages: MessageOverrides | null = null;
  /** Read when the script is first needed; for tests and the demo. */
  static plaidScriptUrl = PLAID_SCRIPT_URL;

  declare sessionUrl: string | null;
  declare getSession: GetSession | null;
  declare session: string | null;
  declare api: string | null;
  declare refreshAccount: string | null;
  declare redirectUri: string | null;
  declare language: string | null;
  declare reference: string | null;
  declare preload: Preload;
  declare multiple: boolean;
  declare name: string | null;
  declare required: boolean;
  declare disabled: boolean;
  declare defaultValue: string | null;
  declare messages: MessageOverrides | null;

  readonly #internals = this.attachInternals();
  readonly #flow = new LinkFlow(this.#flowHost());
  #value: string | null = null;
  /** Whether it is clear who goes on with what the page brought along; `null` before it was asked. */
  #isClear: boolean | null = null;

  constructor() {
    super();
    this.sessionUrl = this.getSession = this.session = this.api = this.refreshAccount = null;
    this.redirectUri = this.language = this.reference = this.name = this.defaultValue = this.messages = null;
    this.preload = "intent";
    this.multiple = this.required = this.disabled = false;
    this.#internals.states?.add("idle");
    for (const sign of ["pointerenter", "focusin"]) {
      this.addEventListener(sign, () => this.preload !== "none" && this.#preload());
    }
  }

  get status(): LinkState {
    return this.#flow.state;
  }

  get link(): PublicLink | null {
    if (!this.#flow.link) return null;
    const { link_token: _, ...link } = this.#flow.link;
    return link;
  }

  get linkedAccount(): Account | null {
    return this.#flow.account;
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  /** As frameworks set it: the id of a form elsewhere in the page. */
  set form(id: string) {
    this.setAttribute("form", id);
  }

  get value(): string {
    return this.#value ?? this.defaultValue ?? "";
  }

  set value(value: string | null) {
    this.#value = value;
    this.#syncForm();
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#flow.connected();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Being moved is being removed and added in one go, so the judgement waits for the end of it.
    queueMicrotask(() => {
      if (this.isConnected) return;
      withdrawFromResuming(this.#flow);
      this.#isClear = null;
      this.#flow.disconnected();
    });
  }

  formAssociatedCallback(): void {
    this.#syncForm();
  }

  formDisabledCallback(): void {
    // Called while Lit reflects `disabled`, which is within an update that takes no other request.
    queueMicrotask(() => this.requestUpdate());
  }

  formResetCallback(): void {
    this.reset();
  }

  formStateRestoreCallback(value: string): void {
    this.value = value;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    // What was linked is not what is asked for now.
    if (changed.has("refreshAccount") && this.status === "linked") this.#flow.reset();
    void loadMessages(this.#language)?.then(() => this.requestUpdate());
  }

  protected override updated(): void {
    this.#syncForm();
    if (this.#isClear === null && this.isConnected && sessionSource(this)) {
      this.#isClear = false;
      void offerToResume(this.#flow).then(() => {
        if (this.isConnected) this.#isClear = true;
        this.requestUpdate();
      });
    }
    if (this.#isClear && this.preload === "load") this.#preload();
  }

  /** Opens Plaid Link as soon as possible; resolves with the outcome, never rejects. */
  async open(): Promise<Outcome> {
    // What has been set in the same turn counts.
    this.performUpdate();
    const isDone = this.status === "linked" && !this.multiple;
    return this.#isDisabled || isDone ? this.#flow.outcome : this.#flow.open();
  }

  /** Asks Plaid Link to leave, and takes it away if it does not. */
  close(): void {
    this.#flow.close();
  }

  /** Back to the beginning. What is finalizing goes on, unannounced. */
  reset(): void {
    this.value = null;
    this.#flow.reset();
  }

  override focus(options?: FocusOptions): void {
    const trigger = this.#trigger;
    if (trigger) trigger.focus(options);
    else super.focus(options);
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** The page's own, or our button; none after success. */
  get #trigger(): HTMLElement | undefined {
    const slot = this.shadowRoot?.querySelector<HTMLSlotElement>("slot[name=trigger]");
    const triggers = slot ? [...slot.assignedElements(), ...slot.children] : [];
    return triggers.find((element) => element instanceof HTMLElement);
  }

  get #isDisabled(): boolean {
    // Also by a fieldset.
    return this.disabled || this.matches(":disabled");
  }

  get #language(): string {
    return this.language || nearestLanguage(this);
  }

  get #messages(): Messages {
    return withOverrides(withOverrides(messagesFor(this.#language), BankLinkElement.messages), this.messages);
  }

  #preload(): void {
    if (this.isConnected && !this.#isDisabled && sessionSource(this)) this.#flow.preload();
  }

  #syncForm(): void {
    const { value, required } = this;
    this.#internals.setFormValue(value || null);
    const flags = { valueMissing: required && !value };
    this.#internals.setValidity(flags, this.#messages.required || " ", this.#trigger);
  }

  // Link gives focus back by itself where it can; a page whose focus was lost in Link's frame gets it on our button.
  #returnFocus(): void {
    setTimeout(() => {
      const isLost = document.activeElement?.matches("body, iframe") ?? true;
      if (this.isConnected && isLost) this.focus();
    });
  }

  #flowHost(): FlowHost {
    return {
      element: this,
      apiClient: () => {
        const { defaultApi, allowedApiOrigins } = BankLinkElement;
        return new ApiClient(
          apiBase(this.api, this.getAttribute("api"), defaultApi, allowedApiOrigins),
          this,
        );
      },
      wishes: (): CreateLink => ({
        language: this.#language,
        account_id: this.refreshAccount || undefined,
        redirect_uri: this.redirectUri || undefined,
        reference: this.reference || undefined,
      }),
      loadPlaid: () => loadPlaid(BankLinkElement.plaidScriptUrl, this.nonce),
      sentence: (of) => {
        const { canceled, failed, errors } = this.#messages;
        return of === "canceled" ? canceled : (errors[of] ?? failed);
      },
      stateChanged: (from, to) => {
        this.#internals.states?.delete(from);
        this.#internals.states?.add(to);
        if (from === "open") this.#returnFocus();
        this.requestUpdate();
        if (to === "linked") {
          this.value = this.linkedAccount?.id ?? this.link?.id ?? null;
          // Success takes the button away; whoever was on it must not be thrown to the top of the page.
          if (!this.multiple && this.matches(":focus-within"))
            void this.updateComplete.then(() =>
              this.shadowRoot?.querySelector<HTMLElement>("[part=status]")?.focus(),
            );
        }
        this.dispatchEvent(new BankLinkStateChangeEvent({ from, to }));
        if (to === "linked") this.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
  }

  protected override render(): TemplateResult {
    return viewTemplate({
      flow: this.#flow,
      isRefresh: Boolean(this.refreshAccount),
      messages: this.#messages,
      isDisabled: this.#isDisabled,
      multiple: this.multiple,
      onTrigger: () => void this.open(),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bank-link": BankLinkElement;
  }
}
