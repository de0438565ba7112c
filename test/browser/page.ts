/** The page of one test: the fake API, the fake Plaid, the events recorded, and its clean-up after every test. */
import { assert } from "chai";
import type { BankLinkEventMap } from "../../component/events.ts";
import type { LinkState } from "../../component/flow/state.ts";
import { BankLinkElement } from "../../component/index.ts";
import { RETRIES_PATIENT, RETRY_FIRST_MS, RETRY_MAX_MS } from "../../component/limits.ts";
import { FakeApi } from "./fake-api.ts";
import "../../component/define.ts";

export const PLAID_SCRIPT = new URL("./fake-plaid.ts", import.meta.url).href;
export const API = location.origin;

const EVENTS: (keyof BankLinkEventMap)[] = [
  "bank-link-statechange",
  "bank-link-open",
  "bank-link-event",
  "bank-link-exit",
  "bank-link-pending",
  "bank-link-success",
  "bank-link-error",
];

export let api: FakeApi;
export let events: CustomEvent[];

BankLinkElement.plaidScriptUrl = PLAID_SCRIPT;
BankLinkElement.defaultApi = API;

let added = 0;
const realSetTimeout = window.setTimeout.bind(window);
const realOnError = window.onerror;

const record = (event: Event) => events.push(event as CustomEvent);

beforeEach(() => {
  api = new FakeApi();
  events = [];
  for (const type of EVENTS) document.addEventListener(type, record);
});

afterEach(async () => {
  for (const child of [...document.body.querySelectorAll("[data-test]")]) child.remove();
  await sleep();
  for (const type of EVENTS) document.removeEventListener(type, record);
  const fake = window as unknown as { fakePlaid?: FakePlaid; Plaid?: unknown };
  const faults = fake.fakePlaid?.faults ?? [];
  delete fake.fakePlaid;
  delete fake.Plaid;
  for (const script of [...document.scripts]) if (script.src.includes("fake-plaid")) script.remove();
  BankLinkElement.plaidScriptUrl = PLAID_SCRIPT;
  BankLinkElement.defaultApi = API;
  BankLinkElement.messages = null;
  BankLinkElement.allowedApiOrigins = [];
  // The next file may run in the same tab, and its elements read the storage as soon as they are loaded.
  sessionStorage.clear();
  api.restore();
  restoreTimers();
  window.onerror = realOnError;
  assert.deepEqual(api.unexpected, [], "unexpected network calls");
  assert.deepEqual(faults, [], "what Plaid would have warned about");
  assert.equal(document.body.style.overflow, "", "the page is locked");
});

/** Adds markup to the page and returns its (first) <bank-link>. */
export async function add(markup: string): Promise<BankLinkElement> {
  const box = document.createElement("div");
  box.dataset.test = "";
  // The page caches sessions by their URL; every test starts without one.
  box.innerHTML = markup.replaceAll('"/session"', `"/session?test=${++added}"`);
  const element = box.querySelector("bank-link");
  assert.instanceOf(element, BankLinkElement);
  document.body.append(box);
  await (element as BankLinkElement).updateComplete;
  return element as BankLinkElement;
}

export const LINK = `<bank-link session-url="/session" preload="none"></bank-link>`;
export const REFRESH = `<bank-link session-url="/session" preload="none" refresh-account="acc_1"></bank-link>`;

export function part<E extends HTMLElement = HTMLElement>(element: BankLinkElement, name: string): E | null {
  return element.shadowRoot?.querySelector<E>(`[part=${name}]`) ?? null;
}

export function button(element: BankLinkElement): HTMLButtonElement {
  const found = part<HTMLButtonElement>(element, "button");
  assert.exists(found);
  return found as HTMLButtonElement;
}

export async function message(element: BankLinkElement): Promise<string> {
  await element.updateComplete;
  return part(element, "message")?.textContent?.trim() ?? "";
}

/** Waits for the next task, or for `ms`. */
export function sleep(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function until(what: () => unknown, why: string): Promise<void> {
  for (let waited = 0; waited < 3_000; waited += 5) {
    if (what()) return;
    await sleep(5);
  }
  assert.fail(`never: ${why}`);
}

export async function state(element: BankLinkElement, wanted: LinkState): Promise<void> {
  await until(() => element.status === wanted, `${wanted} (it is ${element.status})`);
  await element.updateComplete;
}

export function plaid(scope: Window = window): FakePlaid {
  const { fakePlaid } = scope as unknown as { fakePlaid?: FakePlaid };
  return fakePlaid ?? { handlers: [], faults: [], loads: true };
}

/** The handler that was created last. */
export function lastHandler(scope: Window = window): FakeHandler {
  const last = plaid(scope).handlers.at(-1);
  assert.exists(last, "no handler was created");
  return last as FakeHandler;
}

/** Clicks, and waits until the customer is in Plaid Link. */
export async function openPlaidLink(element: BankLinkElement): Promise<FakeHandler> {
  button(element).click();
  await state(element, "open");
  return lastHandler();
}

export const CHOSEN = {
  institution: { name: "First Platypus Bank", institution_id: "ins_109508" },
  accounts: [
    { id: "plaid_acc_1", name: "Plaid Checking", mask: "0000", type: "depository", subtype: "checking" },
  ],
  link_session_id: "session-1",
  public_token: "public-sandbox-1",
};

/** The customer completes Plaid Link. */
export function succeed(
  metadata: object = CHOSEN,
  publicToken: string | null = "public-sandbox-1",
  handler = lastHandler(),
) {
  handler.frame.style.display = "none";
  document.body.style.overflow = "";
  handler.config.onSuccess(publicToken, metadata);
}

/** The customer leaves Plaid Link. */
export function leave(error: object | null = null, metadata: object = {}, handler = lastHandler()): void {
  handler.frame.style.display = "none";
  document.body.style.overflow = "";
  handler.config.onExit(error, {
    status: null,
    link_session_id: "session-1",
    request_id: "req_p",
    ...metadata,
  });
}

export function fired<T extends keyof BankLinkEventMap>(type: T): BankLinkEventMap[T][] {
  return events.filter((event) => event.type === type) as BankLinkEventMap[T][];
}

/** The delays between the tries of one request. */
export const RETRY_DELAYS = Array.from({ length: RETRIES_PATIENT }, (_, tries) =>
  Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_MAX_MS),
);

/**
 * Skips timers of exactly these lengths until the test ends or `restoreTimers()`. A test names only the limit that it is
 * about: another time-out that was skipped as well would race with the engine.
 */
export function skipDelays(...delays: number[]): void {
  window.setTimeout = ((run: TimerHandler, ms = 0, ...args: unknown[]) =>
    realSetTimeout(run, delays.includes(ms) ? 1 : ms, ...args)) as typeof setTimeout;
}

export function restoreTimers(): void {
  window.setTimeout = realSetTimeout as typeof setTimeout;
}

/** The page's own code may throw without failing the test. */
export function ignoreErrors(): void {
  window.onerror = () => true;
}

/** Loads Plaid's script, as other code of the page may. */
export async function loadFakePlaid(url = PLAID_SCRIPT): Promise<HTMLScriptElement> {
  const script = document.createElement("script");
  script.src = url;
  document.head.append(script);
  await new Promise((resolve) => script.addEventListener("load", resolve));
  return script;
}
