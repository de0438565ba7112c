/** The page's plain forms, each turned into a request of the JSON API. */
import { HTTPException } from "hono/http-exception";
import { addCustomer, changeAccount, changeCustomer, expireTokens } from "./actions.ts";
import { addFault, clearFaults } from "./faults.ts";
import type { Part } from "./fields.ts";
import { clearCalls } from "./held.ts";
import { changeSettings, resetSettings, settingsFromForm } from "./settings.ts";
import type { StandIns } from "./stand-ins.ts";

type FormAction = (standIns: StandIns, form: URLSearchParams) => void;

/** By the last part of `POST /forms/…`, each with the section of the page to return to. */
const forms: Record<string, [anchor: string, action: FormAction]> = {
  scenario: ["scenario", changeForm("scenario")],
  plaid: ["settings", changeForm("plaid")],
  cybrid: ["settings", changeForm("cybrid")],
  lynx: ["settings", changeForm("lynx")],
  reset: ["settings", resetSettings],
  protections: ["protections", (standIns, form) => switchProtections(standIns, form.get("all") === "on")],
  fault: ["faults", (standIns, form) => addFault(standIns, faultRule(form))],
  "clear-faults": ["faults", clearFaults],
  customer: ["customers", (standIns, form) => void addCustomer(standIns, filled(form))],
  "customer-state": [
    "customers",
    (standIns, form) => changeCustomer(standIns, form.get("guid") ?? "", filled(form, "state")),
  ],
  "account-state": [
    "accounts",
    (standIns, form) =>
      changeAccount(standIns, form.get("guid") ?? "", filled(form, "state", "failure_code")),
  ],
  expire: ["tokens", (standIns, form) => expireTokens(standIns, filled(form))],
  "clear-calls": ["calls", clearCalls],
};

/** The section of the page that shows the result. */
export function submitForm(standIns: StandIns, name: string, form: URLSearchParams): string {
  const found = forms[name];
  if (!found) throw new HTTPException(404, { message: `there is no form "${name}"` });
  const [anchor, action] = found;
  action(standIns, form);
  return anchor;
}

function changeForm(part: Part): FormAction {
  return (standIns, form) => changeSettings(standIns, settingsFromForm(part, form));
}

function switchProtections(standIns: StandIns, on: boolean): void {
  changeSettings(standIns, {
    plaid: { singleUsePublicTokens: on },
    cybrid: { duplicateDetection: on },
    lynx: { duplicateDetection: on },
  });
}

/** One field serves all kinds: milliseconds, a status, seconds of Retry-After, or bytes. */
function faultRule(form: URLSearchParams): unknown {
  const { target = "", kind = "", work = "undone", amount, times, skip, percent, customer } = filled(form);
  const [provider, ...route] = target.split(" ");
  const value = Number(amount);
  const fault = {
    latency: { kind, work, ms: value },
    silence: { kind, work },
    drop: { kind, work },
    status: { kind, work, status: value },
    text: { kind, work, status: value, text: "" },
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

/** The fields that were filled in. */
function filled(form: URLSearchParams, ...only: string[]): Record<string, string> {
  const entries = [...form].map(([name, text]) => [name, text.trim()] as const);
  return Object.fromEntries(
    entries.filter(([name, text]) => text !== "" && (only.length === 0 || only.includes(name))),
  );
}
