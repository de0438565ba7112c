import { assert } from "chai";
import { BankLinkElement, type GetSession } from "../../component/index.ts";
import { LINK_LOAD_TIMEOUT_MS, SCRIPT_TIMEOUT_MS, SESSION_TIMEOUT_MS } from "../../component/limits.ts";
import { answer, deferred, dropped, failedLink, linkedLink, linkIn, problem, readyLink } from "./fake-api.ts";
import {
  add,
  api,
  button,
  fired,
  LINK,
  lastHandler,
  leave,
  loadFakePlaid,
  message,
  openPlaidLink,
  PLAID_SCRIPT,
  plaid,
  RETRY_DELAYS,
  restoreTimers,
  skipDelays,
  sleep,
  state,
  succeed,
  until,
} from "./page.ts";

const frames = () => document.querySelectorAll("iframe[title='Plaid Link']").length;
const scripts = () => [...document.scripts].filter(({ src }) => src.includes("fake-plaid"));

describe("Plaid's script", () => {
  it("is loaded once for two elements", async () => {
    const first = await add(LINK);
    const second = await add(LINK);
    await Promise.all([openPlaidLink(first), openPlaidLink(second)]);
    assert.equal(scripts().length, 1);
  });

  it("is not loaded again if the page has it", async () => {
    const own = document.createElement("script");
    own.src = PLAID_SCRIPT;
    document.head.append(own);
    await openPlaidLink(await add(LINK));
    assert.equal(scripts().length, 1);
    assert.isTrue(own.isConnected);
  });

  it("is not loaded again if it has run, even without its tag", async () => {
    (await loadFakePlaid()).remove();
    await openPlaidLink(await add(LINK));
    assert.equal(scripts().length, 0);
  });

  it("comes from Plaid or from where the page's script says, never from where markup says", async () => {
    // A second copy of the module, whose class no test has touched.
    const untouched = "../../component/bank-link-element.ts?untouched";
    const { BankLinkElement: Untouched } = await import(untouched);
    assert.equal(Untouched.plaidScriptUrl, "https://cdn.plaid.com/link/v2/stable/link-initialize.js");
    const markup = `plaid-script-url="/evil.js" plaidscripturl="/evil.js"`;
    await openPlaidLink(await add(`<bank-link session-url="/session" preload="none" ${markup}></bank-link>`));
    assert.deepEqual(
      scripts().map(({ src }) => src),
      [PLAID_SCRIPT],
    );
  });

  it("is not requested before it is needed", async () => {
    await add(LINK);
    await sleep(20);
    assert.equal(scripts().length, 0);
  });

  it("is loaded with the element's nonce", async () => {
    const element = await add(LINK);
    element.nonce = "abc";
    await openPlaidLink(element);
    assert.equal(scripts()[0]?.nonce, "abc");
  });

  it("keeps its handlers working when another copy is loaded later", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    const ours = lastHandler();
    await loadFakePlaid(`${PLAID_SCRIPT}?copy`);
    succeed(undefined, undefined, ours);
    await state(element, "linked");
  });

  it("is reported when it is blocked, and trying again works", async () => {
    BankLinkElement.plaidScriptUrl = "/no-such-script.js";
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "script_blocked");
    assert.include(await message(element), "content blockers");
    BankLinkElement.plaidScriptUrl = PLAID_SCRIPT;
    await openPlaidLink(element);
  });

  it("is reported as offline when the browser is", async () => {
    Object.defineProperty(navigator, "onLine", { configurable: true, get: () => false });
    try {
      BankLinkElement.plaidScriptUrl = "/no-such-script.js";
      const element = await add(LINK);
      button(element).click();
      await state(element, "failed");
      assert.equal(fired("bank-link-error")[0]?.detail.code, "offline");
    } finally {
      Reflect.deleteProperty(navigator, "onLine");
    }
  });

  it("times out when it never loads", async () => {
    skipDelays(SCRIPT_TIMEOUT_MS);
    // A tag that has failed fires no further event.
    const dead = document.createElement("script");
    dead.type = "text/plain";
    dead.src = PLAID_SCRIPT;
    document.head.append(dead);
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "script_timeout");
    restoreTimers();
    await openPlaidLink(element);
  });

  it("that is late is awaited by the next attempt, not loaded twice", async () => {
    skipDelays(SCRIPT_TIMEOUT_MS);
    // As on a slow network: the tag is there, but has not loaded.
    const append = document.head.append.bind(document.head);
    document.head.append = (tag: HTMLScriptElement) => append(Object.assign(tag, { type: "text/plain" }));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    document.head.append = append;
    assert.equal(fired("bank-link-error")[0]?.detail.code, "script_timeout");
    const [late] = scripts();
    restoreTimers();
    button(element).click();
    await sleep(20);
    assert.isTrue(scripts().length === 1 && scripts()[0] === late, "the same tag");
    await loadFakePlaid(`${PLAID_SCRIPT}?now`);
    late?.dispatchEvent(new Event("load"));
    await state(element, "open");
  });

  it("whose frame never loads times out, and the frame is removed", async () => {
    Object.assign(window, { fakePlaid: { loads: false } });
    await loadFakePlaid();
    skipDelays(LINK_LOAD_TIMEOUT_MS);
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "link_timeout");
    assert.equal(frames(), 0);
    assert.notInclude(lastHandler().calls, "open");
  });
});

describe("preloading", () => {
  const INTENT = `<bank-link session-url="/session"></bank-link>`;
  const LOAD = `<bank-link session-url="/session" preload="load"></bank-link>`;

  it("does nothing before the click with none", async () => {
    const element = await add(LINK);
    element.dispatchEvent(new PointerEvent("pointerenter"));
    await sleep(20);
    assert.isEmpty(api.calls);
  });

  for (const type of ["pointerenter", "focusin"]) {
    it(`by intent starts on ${type}, and shows nothing`, async () => {
      const element = await add(INTENT);
      element.dispatchEvent(new Event(type));
      await state(element, "ready");
      assert.equal(button(element).ariaDisabled, "false");
      assert.equal(await message(element), "");
      assert.deepEqual(lastHandler().calls, []);
    });
  }

  it("by load starts with the page", async () => {
    await state(await add(LOAD), "ready");
  });

  it("creates no second link at the click", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    await openPlaidLink(element);
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.lengthOf(plaid().handlers, 1);
  });

  it("opens synchronously at the click", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    button(element).click();
    assert.deepEqual(lastHandler().calls, ["open"]);
  });

  it("fails silently and only once, and the click reports it", async () => {
    api.on("POST /v1/links", () => problem("provider_misconfigured", 500, false));
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => api.to("POST /v1/links").length === 1, "the request");
    await state(element, "idle");
    element.dispatchEvent(new Event("pointerenter"));
    await sleep(20);
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.lengthOf(fired("bank-link-error"), 0);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(fired("bank-link-error"), 1);
  });

  it("fails silently when the link was created and failed, and never shows finalizing", async () => {
    api.on("POST /v1/links", () => answer(failedLink("provider_unavailable", true), 201));
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => api.to("POST /v1/links").length === 1, "the request");
    await state(element, "idle");
    assert.lengthOf(fired("bank-link-error"), 0);
    assert.notInclude(
      fired("bank-link-statechange").map(({ detail }) => detail.to),
      "finalizing",
    );
  });

  it("is repeated for a link that is about to expire", async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    api.onEach(
      "POST /v1/links",
      () => answer(readyLink({ link_token_expires_at: soon }), 201),
      () => answer(readyLink({ id: "lnk_2", link_token: "link-sandbox-2" }), 201),
    );
    const element = await add(LOAD);
    await state(element, "ready");
    await openPlaidLink(element);
    assert.equal(lastHandler().config.token, "link-sandbox-2");
    assert.deepEqual(plaid().handlers[0]?.calls, []);
    assert.isFalse(plaid().handlers[0]?.frame.isConnected);
  });

  it("is repeated when the link request has changed", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    element.refreshAccount = "acc_9";
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[1]?.body.account_id, "acc_9");
    assert.equal(lastHandler().config.token, "link-sandbox-2");
  });

  it("opens with the link request of that time, not an earlier one", async () => {
    const create = deferred();
    api.onEach("POST /v1/links", create.handler, () =>
      answer(readyLink({ id: "lnk_2", mode: "refresh" }), 201),
    );
    const element = await add(LOAD);
    await state(element, "preparing");
    button(element).click();
    element.refreshAccount = "acc_9";
    create.answer(answer(readyLink(), 201));
    await state(element, "open");
    assert.equal(api.to("POST /v1/links").at(-1)?.body.account_id, "acc_9");
    assert.equal(element.link?.mode, "refresh");
    assert.deepEqual(
      plaid().handlers.map(({ calls, frame }) => [calls, frame.isConnected]),
      [
        [[], false],
        [["open"], true],
      ],
    );
  });

  it("is not repeated forever in a browser whose clock is wrong", async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    api.on("POST /v1/links", () => answer(readyLink({ link_token_expires_at: past }), 201));
    await openPlaidLink(await add(LINK));
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });

  it("does not open a link that another element has used up", async () => {
    // As the ledger does: a ready link that was never opened is returned again, and a closed one cannot be opened.
    const opened = new Set<string>();
    const idOf = ({ url }: { url: URL }) => url.pathname.split("/")[3] ?? "";
    api.on("POST /v1/links", () => {
      const id = `lnk_${opened.size + 1}`;
      return answer(readyLink({ id, link_token: `token of ${id}` }), 201);
    });
    api.on("POST /v1/links/:id/open", (call) => {
      if (opened.has(idOf(call))) return problem("link_closed", 409, false);
      opened.add(idOf(call));
      return answer(readyLink({ id: idOf(call) }));
    });
    const [first, second] = [await add(LOAD), await add(LOAD)];
    await state(first, "ready");
    await state(second, "ready");
    await openPlaidLink(first);
    const [ofFirst] = plaid().handlers.filter(({ calls }) => calls.includes("open"));
    succeed(undefined, undefined, ofFirst);
    await state(first, "linked");
    button(second).click();
    await until(
      () => lastHandler().config.token === "token of lnk_2" && second.status === "open",
      "open again",
    );
    succeed();
    await state(second, "linked");
    assert.equal(api.to("POST /v1/links/:id/finalize").at(-1)?.url.pathname, "/v1/links/lnk_2/finalize");
  });

  it("is repeated when the session comes from another source, which may mean another customer", async () => {
    api.on("POST /session", ({ url }) => answer({ token: `of ${url.searchParams.get("customer")}` }));
    const element = await add(`<bank-link session-url="/session?customer=1" preload="load"></bank-link>`);
    await state(element, "ready");
    element.sessionUrl = "/session?customer=2";
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links").at(-1)?.headers.get("Authorization"), "Bearer of 2");
    assert.equal(lastHandler().config.token, "link-sandbox-2");
  });

  it("is repeated when another session is set, also beside a session-url", async () => {
    const element = await add(LINK);
    element.session = "of 1";
    element.preload = "load";
    await state(element, "ready");
    element.session = "of 2";
    await openPlaidLink(element);
    const creates = api.to("POST /v1/links").map(({ headers }) => headers.get("Authorization"));
    assert.deepEqual(creates, ["Bearer of 1", "Bearer of 2"]);
  });

  it("opens Plaid Link even if the page sets a new function at every render", async () => {
    const element = await add("<bank-link preload='none'></bank-link>");
    const render = () => {
      element.getSession = () => "session";
    };
    render();
    element.addEventListener("bank-link-statechange", () => queueMicrotask(render));
    await openPlaidLink(element);
    assert.isAtMost(api.to("POST /v1/links").length, 2);
  });

  it("fails if the link request never stops changing", async () => {
    let renders = 0;
    const element = await add(LINK);
    element.addEventListener("bank-link-statechange", () =>
      queueMicrotask(() => {
        element.reference = `render ${++renders}`;
      }),
    );
    button(element).click();
    await state(element, "failed");
    const asked = api.to("POST /v1/links").length;
    await sleep(50);
    assert.equal(api.to("POST /v1/links").length, asked);
  });

  it("follows every change of the link request, and a link token that Plaid rejects is still renewed", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    element.refreshAccount = "acc_1";
    const create = deferred();
    api.onEach("POST /v1/links", create.handler, () =>
      answer(readyLink({ id: "lnk_3", mode: "refresh", link_token: "link-sandbox-3" }), 201),
    );
    button(element).click();
    await until(() => api.to("POST /v1/links").length === 2, "the request for acc_1");
    element.refreshAccount = "acc_2";
    create.answer(answer(readyLink({ id: "lnk_2", mode: "refresh" }), 201));
    await state(element, "open");
    assert.equal(api.to("POST /v1/links").at(-1)?.body.account_id, "acc_2");
    leave({ error_type: "INVALID_INPUT", error_code: "INVALID_LINK_TOKEN" });
    await until(() => api.to("POST /v1/links").length === 4, "renewed");
    await state(element, "open");
  });

  it("that has failed leaves no link, and is repeated after reset()", async () => {
    Object.assign(window, { fakePlaid: { loads: false } });
    await loadFakePlaid();
    skipDelays(LINK_LOAD_TIMEOUT_MS);
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => plaid().handlers.length === 1, "Plaid Link is loading");
    await state(element, "idle");
    assert.isNull(element.link);
    restoreTimers();
    plaid().loads = true;
    element.reset();
    element.dispatchEvent(new Event("pointerenter"));
    await state(element, "ready");
  });

  it("leaves no trace when the element is removed", async () => {
    document.body.style.overflow = "clip";
    const element = await add(LOAD);
    await state(element, "ready");
    document.body.style.overflow = "";
    element.remove();
    await sleep();
    assert.deepEqual(lastHandler().calls, [], "destroy() would restore what Plaid saw at create()");
    assert.isFalse(lastHandler().frame.isConnected);
    assert.equal(document.body.style.overflow, "");
  });
});

describe("an API that is slow, absent or failing", () => {
  it("is called again with the same key when the network fails", async () => {
    api.onEach("POST /v1/links", dropped, () => answer(readyLink(), 201));
    await openPlaidLink(await add(LINK));
    const [first, second] = api.to("POST /v1/links");
    assert.equal(first?.headers.get("Idempotency-Key"), second?.headers.get("Idempotency-Key"));
  });

  it("is called with the same key when the customer tries again and the answer is unknown", async () => {
    skipDelays(...RETRY_DELAYS);
    api.onEach("POST /v1/links", dropped, dropped, dropped, () => answer(readyLink(), 201));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "network_error");
    await openPlaidLink(element);
    const keys = new Set(api.to("POST /v1/links").map(({ headers }) => headers.get("Idempotency-Key")));
    assert.equal(keys.size, 1);
  });

  it("is not called in a loop when its Retry-After is in the past", async () => {
    api.on("POST /v1/links", () => problem("idempotency_in_progress", 409, true, { "Retry-After": "-1" }));
    const element = await add(LINK);
    button(element).click();
    await sleep(200);
    const asked = api.to("POST /v1/links").length;
    element.reset();
    assert.equal(asked, 1);
  });

  for (const status of [401, 403, 408, 425, 429]) {
    it(`loses no finalization when a proxy answers ${status}`, async () => {
      skipDelays(...RETRY_DELAYS);
      const page = () => new Response("<html>", { status });
      api.onEach("POST /v1/links/:id/finalize", page, page, () => answer(linkedLink()));
      const element = await add(LINK);
      await openPlaidLink(element);
      succeed();
      await state(element, "linked");
      assert.lengthOf(api.to("POST /v1/links"), 1);
    });
  }

  it("is polled further when a proxy answers", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    const page = () => new Response("<html>", { status: 403 });
    api.onEach("GET /v1/links/:id", page, () => answer(linkedLink()));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });

  for (const body of [{}, [], "linked", { status: "ok" }]) {
    it(`is not believed when it answers ${JSON.stringify(body)}`, async () => {
      skipDelays(...RETRY_DELAYS);
      api.onEach(
        "POST /v1/links/:id/finalize",
        () => answer(body),
        () => answer(linkedLink()),
      );
      const element = await add(LINK);
      await openPlaidLink(element);
      succeed();
      await state(element, "linked");
      assert.lengthOf(fired("bank-link-error"), 0);
    });
  }

  it("is not called again when it has rejected the request", async () => {
    api.on("POST /v1/links", () => problem("invalid_request", 400, false));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });

  it("is obeyed when it sends Retry-After, up to what a customer waits", async () => {
    api.on("POST /v1/links", () => problem("rate_limited", 429, true, { "Retry-After": "1800" }));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.equal(fired("bank-link-error")[0]?.detail.code, "rate_limited");
  });

  it("is reported as offline at once when the browser is", async () => {
    Object.defineProperty(navigator, "onLine", { configurable: true, get: () => false });
    try {
      api.on("POST /v1/links", dropped);
      const element = await add(LINK);
      button(element).click();
      await state(element, "failed");
      assert.equal(fired("bank-link-error")[0]?.detail.code, "offline");
      assert.lengthOf(api.to("POST /v1/links"), 1);
    } finally {
      Reflect.deleteProperty(navigator, "onLine");
    }
  });

  it("receives the same finalize again, not a new link, when the customer tries again", async () => {
    skipDelays(...RETRY_DELAYS);
    const silent = Array.from({ length: 7 }, () => dropped);
    api.onEach("POST /v1/links/:id/finalize", ...silent, () => answer(linkedLink()));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "failed");
    assert.equal(sessionStorage.getItem("bank-link"), "lnk_1", "a reload would find the outcome");
    button(element).click();
    await state(element, "linked");
    assert.lengthOf(api.to("POST /v1/links"), 1);
    const keys = new Set(
      api.to("POST /v1/links/:id/finalize").map(({ headers }) => headers.get("Idempotency-Key")),
    );
    assert.deepEqual([...keys], ['"finalize-lnk_1"']);
  });

  it("is called again while a lost first try is still running", async () => {
    skipDelays(...RETRY_DELAYS);
    const busy = () => problem("idempotency_in_progress", 409, true, { "Retry-After": "1" });
    const atWork = Array.from({ length: 9 }, () => busy);
    api.onEach("POST /v1/links/:id/finalize", dropped, ...atWork, () => answer(linkedLink()));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });

  it("is polled further while it is unreachable in finalizing", async () => {
    skipDelays(...RETRY_DELAYS);
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    api.onEach("GET /v1/links/:id", dropped, dropped, dropped, dropped, () => answer(linkedLink()));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });
});

describe("the session", () => {
  it("is renewed once when the API rejects it midway", async () => {
    api.onEach(
      "POST /session",
      () => answer({ token: "old" }),
      () => answer({ token: "new" }),
    );
    api.on("POST /v1/links/:id/finalize", ({ headers }) =>
      headers.get("Authorization") === "Bearer old"
        ? problem("unauthorized", 401, false)
        : answer(linkedLink()),
    );
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(api.to("POST /session"), 2);
  });

  it("that is rejected again ends in a failure, not in a loop", async () => {
    api.on("POST /v1/links", () => problem("unauthorized", 401, false));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "unauthorized");
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });

  for (const [when, first] of [
    ["when finalize is sent", () => problem("unauthorized", 401, false)],
    ["while polling", () => answer(linkIn("finalizing"), 202)],
  ] as const) {
    it(`that has expired ${when} loses nothing: after signing in again, trying again continues`, async () => {
      let isSignedIn = false;
      api.on("POST /v1/links/:id/finalize", () => (isSignedIn ? answer(linkedLink()) : first()));
      api.on("GET /v1/links/:id", () =>
        isSignedIn ? answer(linkedLink()) : problem("unauthorized", 401, false),
      );
      const element = await add(LINK);
      await openPlaidLink(element);
      succeed();
      await state(element, "failed");
      assert.include(await message(element), "sign in again");
      assert.equal(sessionStorage.getItem("bank-link"), "lnk_1", "a reload would find the outcome");
      isSignedIn = true;
      button(element).click();
      await state(element, "linked");
      assert.lengthOf(api.to("POST /v1/links"), 1);
      assert.isNull(sessionStorage.getItem("bank-link"));
    });
  }

  it("that is briefly unavailable does not stop a finalization", async () => {
    skipDelays(...RETRY_DELAYS);
    const soon = new Date(Date.now() + 10_000).toISOString();
    api.on("POST /session", () => answer({ token: "short", expires_at: soon }));
    const element = await add(LINK);
    await openPlaidLink(element);
    await until(() => api.to("POST /v1/links/:id/open").length === 1, "open was reported");
    api.onEach(
      "POST /session",
      () => answer({}, 502),
      () => answer({ token: "new" }),
    );
    succeed();
    await state(element, "linked");
  });

  it("is renewed when it is about to expire", async () => {
    api.onEach(
      "POST /session",
      () => answer({ token: "short", expires_at: new Date(Date.now() + 5_000).toISOString() }),
      () => answer({ token: "long" }),
    );
    const element = await add(LINK);
    await openPlaidLink(element);
    await until(() => api.to("POST /v1/links/:id/open").length === 1, "open was reported");
    assert.equal(api.to("POST /v1/links/:id/open")[0]?.headers.get("Authorization"), "Bearer long");
  });

  it("is requested by a POST of {}, with cookies on the page's own origin only", async () => {
    const sent: RequestInit[] = [];
    const { fetch } = window;
    window.fetch = (input, init = {}) => {
      if (String(input).includes("/session")) sent.push(init);
      return fetch(input, init);
    };
    await openPlaidLink(await add(LINK));
    const [{ method, body, credentials = "same-origin" } = {}] = sent;
    assert.deepEqual(
      { method, body, credentials },
      { method: "POST", body: "{}", credentials: "same-origin" },
    );
  });

  it("is a separate one for each URL", async () => {
    api.on("POST /session", ({ url }) => answer({ token: url.search }));
    for (let times = 0; times < 2; times++) {
      const element = await add(LINK);
      await openPlaidLink(element);
      element.remove();
      await sleep();
    }
    const tokens = api.to("POST /v1/links").map(({ headers }) => headers.get("Authorization"));
    assert.lengthOf(new Set(tokens), 2);
  });

  it("is requested once for two elements of the same page", async () => {
    const box = await add(`${LINK}${LINK}`);
    const other = box.nextElementSibling as BankLinkElement;
    box.open();
    other.open();
    await state(box, "open");
    await state(other, "open");
    assert.lengthOf(api.to("POST /session"), 1);
  });

  it("comes from getSession() if there is one", async () => {
    const element = await add(LINK);
    element.getSession = async () => "from-function";
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.headers.get("Authorization"), "Bearer from-function");
    assert.lengthOf(api.to("POST /session"), 0);
  });

  it("may be set as a property, and is never an attribute", async () => {
    const element = await add(`<bank-link preload="none" session="attribute"></bank-link>`);
    assert.isNull(element.session);
    element.session = "from-property";
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.headers.get("Authorization"), "Bearer from-property");
    assert.notInclude(element.outerHTML, "from-property");
  });

  const broken: Record<string, GetSession> = {
    throws: () => Promise.reject(new Error("no")),
    "throws at once": () => {
      throw new Error("no");
    },
    "returns nothing": async () => undefined as unknown as string,
    "never answers": () => new Promise<string>(() => {}),
  };
  for (const [what, getSession] of Object.entries(broken)) {
    it(`is unavailable when getSession() ${what}`, async () => {
      skipDelays(SESSION_TIMEOUT_MS);
      const element = await add(LINK);
      element.getSession = getSession;
      button(element).click();
      await state(element, "failed");
      assert.equal(fired("bank-link-error")[0]?.detail.code, "session_unavailable");
    });
  }

  it("leaves no unhandled rejection when getSession() throws at once", async () => {
    skipDelays(SESSION_TIMEOUT_MS);
    const unhandled: PromiseRejectionEvent[] = [];
    const collect = (event: PromiseRejectionEvent) => unhandled.push(event);
    window.addEventListener("unhandledrejection", collect);
    const element = await add(LINK);
    element.getSession = () => {
      throw new Error("no");
    };
    await element.open();
    await sleep(50);
    window.removeEventListener("unhandledrejection", collect);
    assert.isEmpty(unhandled);
  });

  it("is requested only on the page's own origin", async () => {
    const element = await add(
      `<bank-link preload="none" session-url="https://evil.example/session"></bank-link>`,
    );
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "session_unavailable");
    assert.isEmpty(api.calls);
  });
});

describe("which API is called", () => {
  async function failing(markup: string): Promise<string | undefined> {
    const element = await add(markup);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(api.to("POST /v1/links"), 0);
    return fired("bank-link-error")[0]?.detail.code;
  }

  it("is missing if none is named", async () => {
    BankLinkElement.defaultApi = null;
    assert.equal(await failing(LINK), "api_missing");
  });

  it("is the script's origin in the file that the Worker serves", async () => {
    BankLinkElement.defaultApi = null;
    await import("../../component/served.ts");
    assert.equal(BankLinkElement.defaultApi, new URL(import.meta.url).origin);
  });

  it("may be named by markup on the script's origin", async () => {
    BankLinkElement.defaultApi = "https://link.example";
    const markup = `<bank-link session-url="/session" preload="none" api="https://link.example/"></bank-link>`;
    await openPlaidLink(await add(markup));
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://link.example");
  });

  it("is not accepted from markup on another origin", async () => {
    const markup = `<bank-link session-url="/session" preload="none" api="https://evil.example"></bank-link>`;
    assert.equal(await failing(markup), "api_not_allowed");
  });

  it("is not accepted from markup unless it is an http URL", async () => {
    const markup = `<bank-link session-url="/session" preload="none" api="javascript:alert(1)"></bank-link>`;
    assert.equal(await failing(markup), "api_not_allowed");
  });

  it("may be a path of the page's origin for all elements", async () => {
    BankLinkElement.defaultApi = "/edge";
    const element = await add(LINK);
    api.on("POST /edge/v1/links", () => answer(readyLink(), 201));
    api.on("POST /edge/v1/links/lnk_1/open", () => answer(readyLink()));
    await openPlaidLink(element);
  });

  it("is not allowed when it is not a URL", async () => {
    BankLinkElement.defaultApi = "http://[";
    assert.equal(await failing(LINK), "api_not_allowed");
  });

  it("may be named by markup on the page's origin, with a path", async () => {
    const element = await add(`<bank-link session-url="/session" preload="none" api="/edge/"></bank-link>`);
    api.on("POST /edge/v1/links", () => answer(readyLink(), 201));
    api.on("POST /edge/v1/links/lnk_1/open", () => answer(readyLink()));
    await openPlaidLink(element);
  });

  it("may be named by markup when the page allows its origin", async () => {
    BankLinkElement.allowedApiOrigins = ["https://link.example"];
    const element = await add(
      `<bank-link session-url="/session" preload="none" api="https://link.example"></bank-link>`,
    );
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://link.example");
  });

  it("may be any when the page's own script names it", async () => {
    const element = await add(LINK);
    element.api = "https://anywhere.example";
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://anywhere.example");
  });
});
