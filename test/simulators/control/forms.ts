/** The page's plain forms, each told as the request of the JSON API that does the same. */
import { addCustomer, changeAccount, changeCustomer, expireTokens } from "./actions.ts";
import { clearFaults, orderFault } from "./fault-orders.ts";
import type { fieldsOf, Part } from "./fields.ts";
import { forgetCalls } from "./held.ts";
import { changeSettings, resetSettings, settingsFromForm } from "./settings.ts";
import { ControlError, type Steered } from "./steered.ts";

type FormAction = (steered: Steered, form: URLSearchParams) => void;

/** By the last part of `POST /forms/…`, each with the place of the page to go back to. */
const forms: Record<string, [anchor: string, action: FormAction]> = {
  scenario: ["scenario", changeForm("scenario")],
  plaid: ["settings", changeForm("plaid")],
  cybrid: ["settings", changeForm("cybrid")],
  lynx: ["settings", changeForm("lynx")],
  reset: ["settings", resetSettings],
  protections: ["protections", (steered, form) => switchProtections(steered, form.get("all") === "on")],
  fault: ["faults", (steered, form) => orderFault(steered, faultOrder(form))],
  "clear-faults": ["faults", clearFaults],
  customer: ["customers", (steered, form) => void addCustomer(steered, filled(form))],
  "customer-state": [
    "customers",
    (steered, form) => changeCustomer(steered, form.get("guid") ?? "", filled(form, "state")),
  ],
  "account-state": [
    "accounts",
    (steered, form) => changeAccount(steered, form.get("guid") ?? "", filled(form, "state", "failure_code")),
  ],
  expire: ["tokens", (steered, form) => expireTokens(steered, filled(form))],
  "clear-calls": ["calls", forgetCalls],
};

/** The place of the page that shows what was done. */
export function submitForm(steered: Steered, name: string, form: URLSearchParams): string {
  const found = forms[name];
  if (!found) throw new ControlError(`there is no form "${name}"`, 404);
  const [anchor, action] = found;
  action(steered, form);
  return anchor;
}

function changeForm(part: keyof typeof fieldsOf): FormAction {
  return (steered, form) => changeSettings(steered, settingsFromForm(part as Part, form));
}

function switchProtections(steered: Steered, on: boolean): void {
  changeSettings(steered, {
    plaid: { singleUsePublicTokens: on },
    cybrid: { duplicateDetection: on },
    lynx: { duplicateDetection: on },
  });
}

/** One amount serves all kinds: milliseconds, a status, seconds of Retry-After, or bytes. */
function faultOrder(form: URLSearchParams): unknown {
  const { target = "", kind = "", work = "undone", amount, times, skip, percent, customer } = filled(form);
  const [provider, ...route] = target.split(" ");
  const value = Number(amount);
  const fault = {
    latency: { kind, work, ms: value },
    silence: { kind, work },
    drop: { kind, work },
    status: { kind, work, status: value },
    "rate-limit": { kind, retryAfter: amount === undefined ? null : value },
    "oversized-json": { kind, ...(amount !== undefined && { bytes: value }) },
    "html-page": { kind: "wrong-content-type", page: true },
    "late-in-list": { kind, ms: value },
  }[kind] ?? { kind };
  return {
    provider,
    route: route.join(" "),
    fault,
    ...(times !== undefined && { times: Number(times) }),
    ...(skip !== undefined && { skip: Number(skip) }),
    ...(percent !== undefined && { probability: Number(percent) / 100 }),
    ...(customer !== undefined && { customer }),
  };
}

/** What was filled in; a field left empty is a field left out. */
function filled(form: URLSearchParams, ...only: string[]): Record<string, string> {
  const entries = [...form].map(([name, text]) => [name, text.trim()] as const);
  return Object.fromEntries(
    entries.filter(([name, text]) => text !== "" && (only.length === 0 || only.includes(name))),
  );
}
