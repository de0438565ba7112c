/** The control page, rendered whole on the server, so that it works without any script. */
import { html } from "hono/html";
import { accountStates, customerStates, customerTypes, tokenKinds } from "./actions.ts";
import { faultKinds, listFaults } from "./faults.ts";
import type { Field } from "./field.ts";
import { fieldsOf, type Part } from "./fields.ts";
import { calls, held } from "./held.ts";
import { settingsOf } from "./settings.ts";
import type { StandIns } from "./stand-ins.ts";

type Html = ReturnType<typeof html>;

const CALLS_SHOWN = 50;
const PART_NAME = { plaid: "Plaid", cybrid: "Cybrid", lynx: "Lynx" };

export function controlPage(standIns: StandIns, problem?: string): Html {
  const { cybrid, lynx, plaid } = standIns;
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Stand-ins · bank-link</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/base.css" />
    <link rel="stylesheet" href="/control.css" />
  </head>
  <body>
    <header>
      <p class="brand"><span class="mark" aria-hidden="true"></span>bank-link stand-ins</p>
      <nav aria-label="Sections">
        <a href="#scenario">Plaid Link</a> <a href="#faults">Faults</a> <a href="#customers">Data</a>
        <a href="#settings">Settings</a> <a href="#calls">Calls</a> <a href="/">Refresh</a>
      </nav>
    </header>
    <main>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <section class="card" id="protections">
        <h1>Stand-ins</h1>
        <dl>
          <div><dt>Cybrid</dt><dd><code>${cybrid.url}</code></dd></div>
          <div><dt>Lynx</dt><dd><code>${lynx.url}</code></dd></div>
          <div><dt>Plaid Link</dt><dd><code>${plaid.scriptUrl}</code></dd></div>
        </dl>
        ${protections(standIns)}
      </section>
      <section class="card" id="scenario">
        <h2>Plaid Link’s scenario</h2>
        <p>How Link behaves the next time it is opened.</p>
        ${settingsForm(standIns, "scenario")}
      </section>
      <section class="card" id="faults">
        <h2>Faults</h2>
        <p>What goes wrong with the next calls to Cybrid or Lynx.</p>
        ${faults(standIns)}
      </section>
      ${heldObjects(standIns)}
      <section class="card" id="settings">
        <h2>Settings</h2>
        <p>A dot marks what the real platform does not publish.</p>
        ${(["plaid", "cybrid", "lynx"] as const).map(
          (part) =>
            html`<details id="settings-${part}"><summary>${PART_NAME[part]}</summary>${settingsForm(standIns, part)}</details>`,
        )}
        ${buttonForm("reset", "Reset everything, the scenario included")}
      </section>
      <section class="card" id="calls">
        <h2>Calls</h2>
        ${callLog(standIns)}
      </section>
    </main>
  </body>
</html>`;
}

function protections({ cybrid, lynx, plaid }: StandIns): Html {
  const state = (on: boolean) =>
    html`<span class="badge" data-good="${String(on)}">${on ? "on" : "off"}</span>`;
  return html`<p>Protections against duplicates:
      single-use public tokens ${state(plaid.backend.settings.singleUsePublicTokens)}
      Cybrid’s duplicates ${state(cybrid.settings.duplicateDetection)}
      Lynx’s duplicates ${state(lynx.settings.duplicateDetection)}</p>
    <form class="row" method="post" action="/forms/protections">
      <button name="all" value="off">All off</button> <button name="all" value="on">All on</button>
    </form>`;
}

function settingsForm(standIns: StandIns, part: Part): Html {
  const values = settingsOf(standIns)[part] as unknown as Record<string, unknown>;
  const inputs = Object.entries(fieldsOf[part]).map(([name, field]) => fieldInput(name, field, values[name]));
  return html`<form class="fields" method="post" action="/forms/${part}">
    ${inputs}
    <div class="actions"><button class="primary" data-testid="save-${part}">Save</button></div>
  </form>`;
}

function fieldInput(name: string, field: Field, value: unknown): Html {
  const text = field.toText(value);
  return html`<label>
    <span>${field.label}${field.unpublished && html` <b class="dot" title="Not published by the real platform">●</b>`} <code>${name}</code></span>
    ${field.choices ? select(name, field.choices, text) : html`<input name="${name}" value="${text}" placeholder="${field.hint}" autocomplete="off" />`}
  </label>`;
}

function select(name: string, choices: readonly string[], chosen?: string): Html {
  const options = choices.map((choice) =>
    choice === chosen ? html`<option selected>${choice}</option>` : html`<option>${choice}</option>`,
  );
  return html`<select name="${name}">${options}</select>`;
}

function faults(standIns: StandIns): Html {
  const targets = (["cybrid", "lynx"] as const).flatMap((provider) =>
    ["*", ...standIns[provider].routeNames].map((route) => `${provider} ${route}`),
  );
  const kinds = faultKinds.flatMap((kind) => (kind === "wrong-content-type" ? [kind, "html-page"] : [kind]));
  const rules = listFaults(standIns);
  return html`<form class="fields" method="post" action="/forms/fault">
      <label><span>Calls to</span>${select("target", targets)}</label>
      <label><span>What goes wrong</span>${select("kind", kinds, "status")}</label>
      <label><span>Status, milliseconds, seconds or bytes</span><input name="amount" inputmode="numeric" value="503" /></label>
      <label><span>The work is</span>${select("work", ["undone", "done"])}</label>
      <label><span>Times</span><input name="times" inputmode="numeric" placeholder="every time" value="1" /></label>
      <label><span>Calls to skip first</span><input name="skip" inputmode="numeric" placeholder="none" /></label>
      <label><span>Chance in per cent</span><input name="percent" inputmode="numeric" placeholder="certain" /></label>
      <label><span>Only this customer</span><input name="customer" placeholder="all" autocomplete="off" /></label>
      <div class="actions"><button class="primary" data-testid="order-fault">Add</button></div>
    </form>
    ${table(
      ["Calls to", "Fault", "Times left", "Chance", "Customer"],
      rules.map(({ provider, route, fault, times_left, probability, customer }) => [
        code(`${provider} ${route}`),
        code(JSON.stringify(fault)),
        times_left ?? "unlimited",
        probability === null ? "certain" : `${probability * 100} %`,
        customer ?? "all",
      ]),
      "No faults.",
    )}
    ${rules.length > 0 && buttonForm("clear-faults", "Clear all faults")}`;
}

function heldObjects(standIns: StandIns): Html {
  const { cybrid, lynx, plaid } = held(standIns);
  return html`<section class="card" id="customers">
      <h2>Cybrid’s customers</h2>
      ${table(
        ["Guid", "Type", "State", ""],
        cybrid.customers.map(({ guid, type, state }) => [
          code(guid),
          type,
          state,
          stateForm("customer-state", guid, customerStates, state),
        ]),
        "No customer yet.",
      )}
      <form class="row" method="post" action="/forms/customer">
        ${select("type", customerTypes)} ${select("state", customerStates, "verified")}
        <input name="guid" placeholder="guid, or empty" aria-label="Guid" autocomplete="off" />
        <button data-testid="add-customer">Add a customer</button>
      </form>
    </section>
    <section class="card" id="accounts">
      <h2>Cybrid’s external bank accounts</h2>
      ${table(
        ["Guid", "Name", "Customer", "State", ""],
        cybrid.accounts
          .toReversed()
          .map(({ guid, name, customer, state, failure_code }) => [
            code(guid),
            name,
            code(customer ?? "the bank’s own"),
            `${state} ${failure_code ?? ""}`,
            stateForm("account-state", guid, accountStates, state),
          ]),
        "No account yet.",
      )}
      <h2>Ownership checks</h2>
      ${table(
        ["Guid", "Account", "State", "Outcome"],
        cybrid.verifications
          .toReversed()
          .map(({ guid, account, state, outcome }) => [code(guid), code(account), state, outcome]),
        "No check yet.",
      )}
      <h2>Lynx’s accounts</h2>
      ${table(
        ["Id", "Name", "Member", "Type"],
        lynx.accounts.toReversed().map(({ id, name, member, type }) => [code(id), name, code(member), type]),
        "No account yet.",
      )}
    </section>
    <section class="card" id="tokens">
      <h2>Cybrid’s workflows</h2>
      ${table(
        ["Guid", "Customer", "Mode", "State", "Link token"],
        cybrid.workflows
          .toReversed()
          .map(({ guid, customer, mode, state, link_token }) => [
            code(guid),
            code(customer ?? "the bank’s own"),
            mode,
            state,
            code(link_token ?? "–"),
          ]),
        "No workflow yet.",
      )}
      <h2>Link tokens</h2>
      ${table(
        ["Token", "Customer", "Mode", "Redirect URI", ""],
        plaid.link_tokens
          .toReversed()
          .map(({ link_token, customer, mode, redirect_uri, alive }) => [
            code(link_token),
            code(customer),
            mode,
            code(redirect_uri ?? "–"),
            alive ? "alive" : "expired",
          ]),
        "No link token yet.",
      )}
      <form class="row" method="post" action="/forms/expire">
        ${tokenKinds.map((kind) => html`<button name="tokens" value="${kind}">Expire all ${kind} tokens</button> `)}
      </form>
    </section>`;
}

function callLog(standIns: StandIns): Html {
  const all = calls(standIns);
  const newest = all.slice(-CALLS_SHOWN).reverse();
  return html`<p>${all.length} so far${all.length > CALLS_SHOWN && `, the newest ${CALLS_SHOWN} shown`}.</p>
    ${table(
      ["At", "Provider", "Call", "Status", "Fault"],
      newest.map(({ at, provider, method, path, status, worked, fault, request_body }) => [
        at.slice(11, 23),
        provider,
        html`<details><summary><code>${method} ${path}</code></summary><pre>${JSON.stringify(request_body, null, 2)}</pre></details>`,
        `${status === 0 ? "none" : status}${worked ? "" : ", not done"}`,
        fault && html`<span class="badge" data-good="false">${fault}</span>`,
      ]),
      "No call yet.",
    )}
    ${all.length > 0 && buttonForm("clear-calls", "Clear the calls")}`;
}

function table(heads: string[], rows: (Html | string | number | null)[][], none: string): Html {
  if (rows.length === 0) return html`<p class="none">${none}</p>`;
  return html`<div class="scroll"><table>
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function stateForm(action: string, guid: string, states: readonly string[], state: string): Html {
  return html`<form class="row" method="post" action="/forms/${action}">
    <input type="hidden" name="guid" value="${guid}" />${select("state", states, state)} <button>Set</button>
  </form>`;
}

function buttonForm(action: string, label: string): Html {
  return html`<form class="row" method="post" action="/forms/${action}"><button>${label}</button></form>`;
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}
