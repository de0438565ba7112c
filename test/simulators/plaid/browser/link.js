/** The bank picker inside Link's iframe. The server says which screen comes next; this draws it. */
import { bankSignIn } from "./bank-sign-in.js";
import { LinkEvents } from "./link-events.js";
import { decode, encode } from "./messages.js";

const query = new URLSearchParams(location.search);
const id = query.get("frame");
const setup = JSON.parse(document.documentElement.dataset.setup);

/** What `onExit` calls the place where the customer left. */
const EXIT_STATUS = {
  credentials: "requires_credentials",
  code: "requires_code",
  oauth: "requires_oauth",
  accounts: "requires_account_selection",
};
const VIEW_NAME = {
  consent: "CONSENT",
  institutions: "SELECT_INSTITUTION",
  credentials: "CREDENTIAL",
  code: "MFA",
  oauth: "OAUTH",
  accounts: "SELECT_ACCOUNT",
  connected: "CONNECTED",
  error: "ERROR",
};

const NOT_STARTED = { pane: "loading", link_session_id: null, request_id: null, institution: null };
let screen = NOT_STARTED;
let paneBeforeLeaving = "loading";
let lastError = null;
// Before the first open() too.
let ended = true;
/** What the page has answered to ready-for-configure. */
let config = null;

const tellPage = (verb, detail) => window.parent.postMessage(encode(id, verb, detail), "*");
const events = new LinkEvents(tellPage, setup);
events.context = () => ({
  link_session_id: screen.link_session_id,
  request_id: screen.request_id,
  institution_id: screen.institution?.institution_id ?? null,
  institution_name: screen.institution?.name ?? null,
});

const one = (selector) => document.querySelector(selector);
const button = (testid) => one(`[data-testid="${testid}"]`);

async function ask(step, body) {
  try {
    const response = await fetch(`/link/${step}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link_session_id: screen.link_session_id, ...body }),
    });
    if (!response.ok) throw new Error(`Plaid answered ${response.status}`);
    return await response.json();
  } catch (cause) {
    const error_message = String(cause);
    const error = { error_type: "API_ERROR", error_code: "INTERNAL_SERVER_ERROR", error_message };
    return { ...screen, pane: "error", error: { ...error, display_message: null } };
  }
}

function draw(next) {
  if (ended) return;
  screen = next;
  lastError = next.error ?? null;
  if (next.error) events.hold("ERROR", next.error);
  if (next.error?.error_code === "INVALID_LINK_TOKEN" && !setup.invalidTokenScreen) return leave();
  show(next.pane);
}

function show(pane) {
  for (const section of document.querySelectorAll("[data-pane]"))
    section.hidden = section.dataset.pane !== pane;
  const section = one(`[data-pane="${pane}"]`);
  for (const place of section.querySelectorAll("[data-institution]")) {
    place.textContent = screen.institution?.name ?? "your bank";
  }
  const problem = section.querySelector("[data-problem]");
  if (problem) {
    problem.hidden = !screen.error;
    problem.textContent = screen.error?.display_message ?? screen.error?.error_message ?? "";
  }
  if (pane === "institutions") drawInstitutions("");
  if (pane === "accounts") drawAccounts();
  if (pane === "error") drawError();
  if (VIEW_NAME[pane]) events.hold("TRANSITION_VIEW", { view_name: VIEW_NAME[pane] });
  (section.querySelector("input:not([type=search])") ?? section.querySelector("h1"))?.focus();
}

function drawInstitutions(searched) {
  const wanted = searched.trim().toLowerCase();
  const found = setup.institutions.filter(({ name, listed }) =>
    wanted ? name.toLowerCase().includes(wanted) : listed,
  );
  one("[data-empty]").hidden = found.length > 0;
  one('[data-list="institutions"]').replaceChildren(
    ...found.map(({ id, name, oauth }) => {
      const item = document.createElement("li");
      item.innerHTML = `<button type="button" class="choice"><span class="initial" aria-hidden="true"></span><strong></strong></button>`;
      const choice = item.querySelector("button");
      choice.dataset.testid = `link-institution-${id}`;
      choice.classList.toggle("oauth", oauth);
      choice.querySelector(".initial").textContent = name[0];
      choice.querySelector("strong").textContent = name;
      choice.addEventListener("click", () => selectInstitution(id, name));
      return item;
    }),
  );
}

async function selectInstitution(institution_id, institution_name) {
  events.hold("SELECT_INSTITUTION", { institution_id, institution_name });
  show("loading");
  draw(await ask("institution", { institution_id }));
}

function drawAccounts() {
  one("#accounts-title").textContent = setup.accounts === 1 ? "Select an account" : "Select your accounts";
  one('[data-list="accounts"]').replaceChildren(
    ...screen.accounts.map(({ index, name, mask, subtype }) => {
      const label = document.createElement("label");
      label.className = "choice";
      label.innerHTML = `<input name="account" /><span><strong></strong><small></small></span>`;
      const input = label.querySelector("input");
      input.type = setup.accounts === 1 ? "radio" : "checkbox";
      input.value = index;
      input.checked = index < setup.accounts;
      input.dataset.testid = `link-account-${index}`;
      label.querySelector("strong").textContent = name;
      label.querySelector("small").textContent = `${subtype} ••${mask}`;
      return label;
    }),
  );
}

function drawError() {
  one("[data-error-text]").textContent =
    screen.error.display_message ?? "Please try again. If it keeps happening, contact support.";
  button("link-error-code").textContent = screen.error.error_code;
}

function onForm(name, step, body, event) {
  const form = one(`[data-form="${name}"]`);
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const fields = new FormData(form);
    form.reset();
    if (event) events.hold(event);
    show("loading");
    draw(await ask(step, body(fields)));
  });
}

function leave() {
  const exit_status =
    EXIT_STATUS[screen.pane] ?? (screen.pane === "error" ? EXIT_STATUS[errorPlace()] : null);
  const metadata = {
    institution: screen.institution,
    status: setup.exitStatus ?? exit_status ?? null,
    link_session_id: screen.link_session_id,
    request_id: screen.request_id,
  };
  events.hold("EXIT", { exit_status: metadata.status, ...lastError });
  end(() => tellPage("exit", { error: lastError, metadata }));
}

/** An error is shown instead of the screen it happened on. */
function errorPlace() {
  return screen.institution && lastError?.error_type === "ITEM_ERROR" ? "credentials" : "error";
}

function end(tellOutcome) {
  if (ended) return;
  ended = true;
  bank.stop();
  events.flushAround(tellOutcome);
}

/** Also when the page opens Link again after an exit. */
async function start() {
  ended = false;
  screen = NOT_STARTED;
  show("loading");
  events.live("OPEN");
  const received_redirect_uri = config.receivedRedirectUri || null;
  draw(await ask("start", { link_token: query.get("token"), received_redirect_uri }));
}

const bank = bankSignIn({
  popupUrl: () => `/oauth/begin?link_session_id=${screen.link_session_id}`,
  startRedirect: () => ask("oauth/redirect"),
  poll: () => ask("oauth/poll"),
  onScreen: draw,
  onEvent: (name) => events.hold(name),
  redirect: (url) => tellPage("redirect", { url }),
  explain: (text) => {
    one("[data-oauth-text]").textContent = text;
  },
});

button("link-continue").addEventListener("click", () => show("institutions"));
button("link-search").addEventListener("input", ({ target }) => drawInstitutions(target.value));
button("link-search").addEventListener("change", ({ target }) =>
  events.hold("SEARCH_INSTITUTION", { institution_search_query: target.value }),
);
button("link-oauth").addEventListener("click", () => bank.begin(setup.oauth));
button("link-oauth-popup").addEventListener("click", () => bank.begin("popup"));
button("link-oauth-redirect").addEventListener("click", () => bank.begin("redirect"));
button(`link-oauth-${setup.oauth}`).hidden = true;
onForm("credentials", "sign-in", (fields) => Object.fromEntries(fields), "SUBMIT_CREDENTIALS");
onForm("code", "code", (fields) => Object.fromEntries(fields), "SUBMIT_MFA");
onForm("accounts", "finish", (fields) => ({ accounts: fields.getAll("account").map(Number) }));
button("link-done").addEventListener("click", () => {
  events.hold("HANDOFF");
  end(() => tellPage("connected", { metadata: screen.success.metadata }));
});
button("link-close").addEventListener("click", leave);
button("link-exit").addEventListener("click", leave);
button("link-leave").addEventListener("click", leave);
button("link-stay").addEventListener("click", () => show(paneBeforeLeaving));

function askWhetherToLeave() {
  const shown = one("[data-pane]:not([hidden])").dataset.pane;
  if (shown !== "leave") paneBeforeLeaving = shown;
  show("leave");
}

window.addEventListener("message", ({ source, data }) => {
  const message = source === window.parent ? decode(id, data) : null;
  switch (message?.verb) {
    case "configure":
      // Where the script is on the page twice, both copies answer.
      if (config) return;
      config = message.config;
      setTimeout(() => tellPage("ready"), setup.onLoadDelayMs);
      return;
    case "open":
      if (ended) start();
      return;
    case "exit":
      if (message.config?.force) leave();
      else askWhetherToLeave();
      return;
  }
});

if (setup.onLoadDelayMs !== "never") tellPage("ready-for-configure");
