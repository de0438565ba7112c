import { LitElement, type TemplateResult } from "lit";
import type { Account, Link } from "../worker/contract.ts";
import { type GetSession, sessionSource } from "./api/session.ts";
import { BankLinkStateChangeEvent } from "./events.ts";
import { LinkFlow } from "./flow/flow.ts";
import type { FlowHost } from "./flow/host.ts";
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
import { PLAID_SCRIPT_URL } from "./plaid/script.ts";
import { styles } from "./styles.ts";
import { viewTemplate } from "./view.ts";
import { services } from "./wiring.ts";

type WithoutToken<Variant> = Variant extends Link ? Omit<Variant, "link_token"> : never;

/** A link as the page may see it: without its link token. A union by `status`, as in the API. */
export type PublicLink = WithoutToken<Link>;

/** When to fetch Plaid's script and a link: at the first sign of interest, with the page, or at the click. */
export type Preload = "intent" | "load" | "none";

/**
 * A button that links a customer's bank account: creates a link at the API, opens Plaid Link, resumes after a bank's
 * redirect, and announces the outcome once it is true. `color`, `font` and `max-inline-size` are set on it like on any
 * element.
 *
 * @element bank-link
 *
 * @attr {string} nonce - The platform's own, given to Plaid's script for a strict Content-Security-Policy.
 *
 * @fires {BankLinkStateChangeEvent} bank-link-statechange
 * @fires {BankLinkOpenEvent} bank-link-open
 * @fires {BankLinkPlaidEvent} bank-link-event
 * @fires {BankLinkExitEvent} bank-link-exit
 * @fires {BankLinkPendingEvent} bank-link-pending
 * @fires {BankLinkSuccessEvent} bank-link-success
 * @fires {BankLinkErrorEvent} bank-link-error
 * @fires {Event} change - The value has changed because an account was linked.
 *
 * @slot - The button's label, in every state.
 * @slot trigger - Replaces the button; a click on it opens Plaid Link.
 * @slot linked - Replaces what is shown after success.
 * @slot error - Replaces what is shown after a failure.
 *
 * @csspart button - The button.
 * @csspart spinner - Turns in the button while the customer waits.
 * @csspart hint - The line beneath the button while the status line is empty.
 * @csspart status - The live region.
 * @csspart message - The text in the live region.
 *
 * @cssprop --bank-link-accent - The button, and the focus ring.
 * @cssprop --bank-link-on-accent - The text on the button.
 * @cssprop --bank-link-muted - Less important text.
 * @cssprop --bank-link-surface - The background of an outcome.
 * @cssprop --bank-link-border - The border of an outcome.
 * @cssprop --bank-link-radius - The corners of the button and of an outcome.
 * @cssprop --bank-link-success - The check mark.
 * @cssprop --bank-link-danger - The warning sign.
 *
 * @cssState idle - Nothing has happened.
 * @cssState preparing - A link is being created, and Plaid Link loaded.
 * @cssState ready - Plaid Link can open at once.
 * @cssState open - The customer is in Plaid Link.
 * @cssState finalizing - The customer has completed Plaid Link, and the account is being created.
 * @cssState linked - The provider says that the account exists.
 * @cssState canceled - The customer left without linking.
 * @cssState failed - Something went wrong; the status line says what, and trying again is offered.
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
    // Listed so that Lit keeps what the page sets before the upgrade.
    value: { attribute: false, noAccessor: true },
    form: { attribute: false, noAccessor: true },
    messages: { attribute: false },
  };

  /** The API of elements without `api`. The file that the Worker serves sets it to its own origin. */
  static defaultApi: string | null = null;
  /** Origins that the attribute `api` may name besides the script's and the page's. */
  static allowedApiOrigins: readonly string[] = [];
  /** Texts that replace the built-in ones, for all elements. */
  static messages: MessageOverrides | null = null;
  /** Where Plaid's script is loaded from; for tests and demos. */
  static plaidScriptUrl: string = PLAID_SCRIPT_URL;

  /**
   * URL of an endpoint on the page's own origin, POSTed with the body `{}` and the customer's cookies whenever a session
   * token is needed. It answers `{token, expires_at?}`.
   */
  declare sessionUrl: string | null;
  /**
   * Returns a session token, or a promise of one; used instead of `session-url`. Keep the same function between
   * renders: another one may mean another customer.
   */
  declare getSession: GetSession | null;
  /** A session token. Never an attribute, since markup is no place for a token. */
  declare session: string | null;
  /**
   * Base URL of the API; by default `BankLinkElement.defaultApi`. An attribute may name only the script's origin, the
   * page's origin and those of `BankLinkElement.allowedApiOrigins`; a property may name any.
   */
  declare api: string | null;
  /** Id of an account whose connection has expired: it is reconnected, and none is added. */
  declare refreshAccount: string | null;
  /** Where banks redirect the customer back to; needed only where the API has several registered. */
  declare redirectUri: string | null;
  /** BCP 47 tag of the texts and of Plaid Link; by default the nearest `lang`, read at every render. */
  declare language: string | null;
  /** The page's own note of up to 1 kB, handed back with the outcome. */
  declare reference: string | null;
  /**
   * When Plaid's script and a link are fetched: at the first `pointerenter` or `focusin` (`intent`, the default), with
   * the page (`load`), or at the click (`none`). Preloading contacts Plaid before the click.
   */
  declare preload: Preload;
  /** After success, offers to link another account. */
  declare multiple: boolean;
  /** The name under which a form submits the value. */
  declare name: string | null;
  /** Makes a form invalid until an account is linked. */
  declare required: boolean;
  /** Disables the button. A customer who returns from a bank still continues. */
  declare disabled: boolean;
  /** The initial value, and the value after a reset of the form. */
  declare defaultValue: string | null;
  /** Texts that replace the built-in ones; those left out stay. */
  declare messages: MessageOverrides | null;

  readonly #internals = this.attachInternals();
  readonly #flow = new LinkFlow(this.#flowHost());
  #value: string | null = null;
  /** Whether it is decided which element resumes a redirect return; `null` before this one has asked. */
  #isDecided: boolean | null = null;

  constructor() {
    super();
    this.sessionUrl = this.getSession = this.session = this.api = this.refreshAccount = null;
    this.redirectUri = this.language = this.reference = this.name = this.defaultValue = this.messages = null;
    this.preload = "intent";
    this.multiple = this.required = this.disabled = false;
    this.#internals.states.add("idle");
    for (const type of ["pointerenter", "focusin"]) {
      this.addEventListener(type, () => this.preload !== "none" && this.#preload());
    }
  }

  /** The element's state. */
  get status(): LinkState {
    return this.#flow.state.status;
  }

  /** The current link, without its link token; `null` before one has been created. */
  get link(): PublicLink | null {
    const { link } = this.#flow.state;
    if (!link) return null;
    const { link_token: _, ...publicLink } = link;
    return publicLink;
  }

  /** The account that was linked or reconnected last. */
  get linkedAccount(): Account | null {
    return this.#flow.account;
  }

  /** The form that the element belongs to. Frameworks set it to the id of a form elsewhere in the page. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  set form(id: string) {
    this.setAttribute("form", id);
  }

  /** The linked account's id, or the link's id where the provider gives none. */
  get value(): string {
    return this.#value ?? this.defaultValue ?? "";
  }

  set value(value: string | null) {
    this.#value = value;
    this.#syncForm();
  }

  /** As of any form control: `valueMissing` while the element is `required` and has no value. */
  get validity(): ValidityState {
    return this.#internals.validity;
  }

  /** As of any form control: the text that a form shows while the element is invalid. */
  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  /** As of any form control: false while the element is disabled. */
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
    // Moving an element removes and adds it in the same task, so this waits until that is over.
    queueMicrotask(() => {
      if (this.isConnected) return;
      withdrawFromResuming(this.#flow);
      this.#isDecided = null;
      this.#flow.disconnected();
    });
  }

  formAssociatedCallback(): void {
    this.#syncForm();
  }

  formDisabledCallback(): void {
    // Called while Lit reflects `disabled`, within an update that accepts no other request.
    queueMicrotask(() => this.requestUpdate());
  }

  formResetCallback(): void {
    this.reset();
  }

  formStateRestoreCallback(value: string): void {
    this.value = value;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    // Another account is to be reconnected than the one that is shown as linked.
    if (changed.has("refreshAccount") && this.status === "linked") this.#flow.reset();
    void loadMessages(this.#language)?.then(() => this.requestUpdate());
  }

  protected override updated(): void {
    this.#syncForm();
    if (this.#isDecided === null && this.isConnected && sessionSource(this)) {
      this.#isDecided = false;
      void offerToResume(this.#flow).then(() => {
        if (this.isConnected) this.#isDecided = true;
        this.requestUpdate();
      });
    }
    if (this.#isDecided && this.preload === "load") this.#preload();
  }

  /**
   * Opens Plaid Link as soon as possible, and resolves with the outcome: `{status: "linked", account}`, or the state in
   * which it ended. Never rejects. A call while another one is in progress joins it. Removed while `finalizing`, the
   * element resolves with that.
   */
  async open(): Promise<Outcome> {
    // Applies what the page has set in the same task.
    this.performUpdate();
    const isDone = this.status === "linked" && !this.multiple;
    return this.#isDisabled || isDone ? this.#flow.outcome : this.#flow.open();
  }

  /** Asks Plaid Link to close, and removes it if it has not closed after a second. */
  close(): void {
    this.#flow.close();
  }

  /** Returns to `idle` and the initial value. A finalization continues at the API, but is not announced. */
  reset(): void {
    this.value = null;
    this.#flow.reset();
  }

  /** Focuses the button, or what replaces it. */
  override focus(options?: FocusOptions): void {
    const trigger = this.#trigger;
    if (trigger) trigger.focus(options);
    else super.focus(options);
  }

  /** As of any form control: whether the element is valid. */
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  /** As of any form control: whether the element is valid; if it is not, the customer is shown why. */
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** The page's own trigger, or the button; none after success. */
  get #trigger(): HTMLElement | undefined {
    const slot = this.shadowRoot?.querySelector<HTMLSlotElement>("slot[name=trigger]");
    // Through the slots of other components; without any of the page's, the slot's own button.
    return slot?.assignedElements({ flatten: true }).find((element) => element instanceof HTMLElement);
  }

  get #isDisabled(): boolean {
    // A fieldset disables it too.
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
    const trigger = this.#trigger;
    // Any other anchor throws.
    const isOwn = trigger && (this.contains(trigger) || this.renderRoot.contains(trigger));
    this.#internals.setValidity(flags, this.#messages.required || " ", isOwn ? trigger : undefined);
  }

  // Plaid Link returns focus where it can. Where focus was lost with its frame, the button gets it.
  #returnFocus(): void {
    setTimeout(() => {
      if (this.isConnected && this.#isFocusLost) this.focus();
    });
  }

  get #isFocusLost(): boolean {
    return document.activeElement?.matches("body, iframe") ?? true;
  }

  #flowHost(): FlowHost {
    return {
      ...services(this, BankLinkElement),
      element: this,
      sessionSource: () => sessionSource(this),
      linkRequest: () => ({
        language: this.#language,
        account_id: this.refreshAccount || undefined,
        redirect_uri: this.redirectUri || undefined,
        reference: this.reference || undefined,
      }),
      messages: () => this.#messages,
      stateChanged: (from, to) => {
        const { status, link } = to;
        this.#internals.states.delete(from);
        this.#internals.states.add(status);
        if (from === "open") this.#returnFocus();
        if (status === "linked") {
          this.value = link.account.id ?? link.id;
          // The button disappears after success; a customer whose focus was on it must not lose their place.
          if (!this.multiple && this.matches(":focus-within"))
            void this.updateComplete.then(() => {
              if (this.#isFocusLost || this.matches(":focus-within"))
                this.shadowRoot?.querySelector<HTMLElement>("[part=status]")?.focus();
            });
        }
        this.dispatchEvent(new BankLinkStateChangeEvent({ from, to: status }));
        if (status === "linked") this.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
  }

  protected override render(): TemplateResult {
    return viewTemplate(this, this.#flow, this.#messages, this.#isDisabled);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bank-link": BankLinkElement;
  }
}
