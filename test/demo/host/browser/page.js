/** The demo's page: who is signed in, their accounts, and the events of <bank-link>. */
const setup = JSON.parse(document.documentElement.dataset.setup);

const EVENTS = ["statechange", "open", "event", "exit", "pending", "success", "error"];
const WEBHOOK_POLL_MS = 1_000;
const OUTCOMES = ["bank-link-success", "bank-link-error"];
const STATUS_TEXT = {
  active: "Active",
  processing: "Processing",
  unverified: "Not yet verified",
  refresh_required: "Needs reconnecting",
  failed: "Failed",
  removing: "Being removed",
  removed: "Removed",
};
const PROVIDER_NAME = { cybrid: "Cybrid", lynx: "Lynx" };
const LIST_PROBLEM = {
  listing_unsupported: "This provider does not list accounts: see the events for what was connected.",
};

function drawProviders() {
  for (const provider of setup.providers) {
    const link = document.createElement("a");
    link.href = `/?provider=${provider}`;
    link.textContent = PROVIDER_NAME[provider];
    if (provider === setup.provider) link.setAttribute("aria-current", "true");
    document.getElementById("providers").append(link);
  }
}

function drawCustomers() {
  for (const label of setup.customers) {
    const button = document.createElement("button");
    button.name = "label";
    button.value = label;
    button.textContent = label;
    if (label === setup.customer) button.setAttribute("aria-current", "true");
    document.getElementById("customers").append(button);
  }
}

function drawAccounts({ accounts, problem }) {
  const list = document.getElementById("accounts");
  // Lynx gives its accounts no id.
  const shown = accounts
    .filter(({ status }) => status !== "removed")
    .map((account, index) => ({ ...account, key: account.id ?? String(index) }));
  for (const item of [...list.children]) {
    if (!shown.some(({ key }) => key === item.dataset.account)) item.remove();
  }
  for (const account of shown) {
    let item = [...list.children].find(({ dataset }) => dataset.account === account.key);
    if (!item) {
      item = accountItem(account.key);
      list.append(item);
    }
    item.querySelector(".name").firstChild.textContent = account.name ?? "Bank account";
    item.querySelector(".mask").textContent = account.mask ? ` ••${account.mask}` : "";
    const badge = item.querySelector(".badge");
    badge.dataset.status = account.status;
    badge.textContent = STATUS_TEXT[account.status] ?? account.status;
    item.querySelector(".expire").hidden = !setup.expirable || account.status !== "active";
    drawRefresh(item, account);
  }
  const none = document.getElementById("no-accounts");
  none.hidden = shown.length > 0;
  none.textContent = problem
    ? (LIST_PROBLEM[problem] ?? "Your accounts cannot be shown right now.")
    : "No bank account is connected yet.";
}

function accountItem(id) {
  const item = document.createElement("li");
  item.dataset.account = id;
  item.innerHTML = `<span class="name"> <span class="mask"></span></span><span class="badge"></span>
    <button type="button" class="expire" data-testid="expire-connection">Simulate expired connection</button>`;
  item.querySelector(".expire").addEventListener("click", async () => {
    const body = JSON.stringify({ account_id: id });
    await fetch("/expire-connection", { method: "POST", body });
    await refreshAccounts();
  });
  return item;
}

/** An account that has just been reconnected keeps its element, which still shows the outcome. */
function drawRefresh(item, { id, status }) {
  const refresh = item.querySelector("bank-link");
  if (status === "refresh_required" && refresh?.status !== "linked") {
    if (refresh) return;
    const element = document.createElement("bank-link");
    element.setAttribute("session-url", "/bank-link-session");
    element.setAttribute("refresh-account", id);
    item.append(element);
  } else if (status === "refresh_required") {
    refresh.reset();
  } else if (refresh?.status !== "linked") {
    refresh?.remove();
  }
}

async function refreshAccounts() {
  const response = await fetch("/accounts");
  if (response.ok) drawAccounts(await response.json());
}

function aboutDetail(detail) {
  return detail?.to ?? detail?.metadata?.view_name ?? detail?.code ?? "";
}

/** Newest first; the outcomes are expanded. */
function log({ type, detail }, about = aboutDetail(detail)) {
  const entry = document.createElement("li");
  entry.dataset.event = type;
  entry.innerHTML = "<details><summary></summary><code></code></details>";
  const name = type === "bank-link-event" ? `${type} ${detail.name}` : type;
  entry.querySelector("summary").textContent = `${name} ${about}`.trim();
  entry.querySelector("code").textContent = JSON.stringify(detail, null, 2);
  entry.querySelector("details").open = OUTCOMES.includes(type);
  document.getElementById("log").prepend(entry);
}

/** Adds those that the log does not show yet, oldest first. */
async function logWebhooks() {
  const response = await fetch("/webhooks");
  const messages = response.ok ? await response.json() : [];
  const fresh = messages.filter(({ id }) => !document.querySelector(`[data-webhook="${id}"]`));
  for (const { id, type, data } of fresh) {
    log({ type: "webhook", detail: data }, type);
    document.getElementById("log").firstChild.dataset.webhook = id;
  }
  if (fresh.length > 0) await refreshAccounts();
}

/** One request at a time, and none while the page is hidden. */
async function watchWebhooks() {
  if (!document.hidden) await logWebhooks().catch(() => {});
  setTimeout(watchWebhooks, WEBHOOK_POLL_MS);
}

document.getElementById("stand-ins").hidden = !setup.standIns;
document.getElementById("sweep").addEventListener("click", () => fetch("/sweep", { method: "POST" }));

drawProviders();
drawCustomers();
// Before the elements are defined, so that the one that a redirect return belongs to is there to resume.
drawAccounts(setup);
for (const name of EVENTS) document.addEventListener(`bank-link-${name}`, log);
document.addEventListener("bank-link-success", refreshAccounts);
document.addEventListener("bank-link-pending", refreshAccounts);
watchWebhooks();
