import { assert } from "chai";
import { BankLinkElement, type GetSession } from "../../component/index.ts";
import { LINK_LOAD_TIMEOUT_MS, SCRIPT_TIMEOUT_MS, SESSION_TIMEOUT_MS } from "../../component/limits.ts";
import { answer, dropped, failedLink, later, linkedLink, linkIn, problem, readyLink } from "./fake-api.ts";
import {
  add,
  api,
  button,
  calm,
  fired,
  hurry,
  LINK,
  leave,
  link,
  loadFakePlaid,
  message,
  openLink,
  PLAID_SCRIPT,
  plaid,
  RETRY_WAITS,
  state,
  succeed,
  turn,
  until,
} from "./page.ts";

const frames = () => document.querySelectorAll("iframe[title='Plaid Link']").length;
const scripts = () => [...document.scripts].filter(({ src }) => src.includes("fake-plaid"));

describe("Plaid's script", () => {
  it("is loaded once for two elements", async () => {
    const first = await add(LINK);
    const second = await add(LINK);
    await Promise.all([openLink(first), openLink(second)]);
    assert.equal(scripts().length, 1);
  });

  it("is not loaded again where the page has it", async () => {
    const own = document.createElement("script");
    own.src = PLAID_SCRIPT;
    document.head.append(own);
    await openLink(await add(LINK));
    assert.equal(scripts().length, 1);
    assert.isTrue(own.isConnected);
  });

  it("is not loaded again where it has run, whatever became of its tag", async () => {
    (await loadFakePlaid()).remove();
    await openLink(await add(LINK));
    assert.equal(scripts().length, 0);
  });

  it("comes from Plaid, or from where the page's script says, and from nowhere that markup says", async () => {
    // A second copy of the module, whose class no test has touched.
    const untouched = "../../component/bank-link-element.ts?untouched";
    const { BankLinkElement: Untouched } = await import(untouched);
    assert.equal(Untouched.plaidScriptUrl, "https://cdn.plaid.com/link/v2/stable/link-initialize.js");
    const markup = `plaid-script-url="/evil.js" plaidscripturl="/evil.js"`;
    await openLink(await add(`<bank-link session-url="/session" preload="none" ${markup}></bank-link>`));
    assert.deepEqual(
      scripts().map(({ src }) => src),
      [PLAID_SCRIPT],
    );
  });

  it("is not asked for before it is needed", async () => {
    await add(LINK);
    await turn(20);
    assert.equal(scripts().length, 0);
  });

  it("is loaded with the element's nonce", async () => {
    const element = await add(LINK);
    element.nonce = "abc";
    await openLink(element);
    assert.equal(scripts()[0]?.nonce, "abc");
  });

  it("stays ours when another copy arrives later", async () => {
    const element = await add(LINK);
    await openLink(element);
    const ours = link();
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
    await openLink(element);
  });

  it("is no content blocker's doing when the browser is offline", async () => {
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

  it("is given up when it never comes", async () => {
    hurry(SCRIPT_TIMEOUT_MS);
    // A tag that has failed before fires no event any more.
    const dead = document.createElement("script");
    dead.type = "text/plain";
    dead.src = PLAID_SCRIPT;
    document.head.append(dead);
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "script_timeout");
    calm();
    await openLink(element);
  });

  it("that is late is waited for again by the next try, not loaded twice", async () => {
    hurry(SCRIPT_TIMEOUT_MS);
    // As on a poor network: the tag is there, and says nothing yet.
    const append = document.head.append.bind(document.head);
    document.head.append = (tag: HTMLScriptElement) => append(Object.assign(tag, { type: "text/plain" }));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    document.head.append = append;
    assert.equal(fired("bank-link-error")[0]?.detail.code, "script_timeout");
    const [late] = scripts();
    calm();
    button(element).click();
    await turn(20);
    assert.isTrue(scripts().length === 1 && scripts()[0] === late, "the same tag");
    await loadFakePlaid(`${PLAID_SCRIPT}?now`);
    late?.dispatchEvent(new Event("load"));
    await state(element, "open");
  });

  it("whose frame never loads is given up, and taken away", async () => {
    Object.assign(window, { fakePlaid: { loads: false } });
    await loadFakePlaid();
    hurry(LINK_LOAD_TIMEOUT_MS);
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "link_timeout");
    assert.equal(frames(), 0);
    assert.notInclude(link().calls, "open");
  });
});

describe("preloading", () => {
  const INTENT = `<bank-link session-url="/session"></bank-link>`;
  const LOAD = `<bank-link session-url="/session" preload="load"></bank-link>`;

  it("does nothing before the click with none", async () => {
    const element = await add(LINK);
    element.dispatchEvent(new PointerEvent("pointerenter"));
    await turn(20);
    assert.isEmpty(api.calls);
  });

  for (const sign of ["pointerenter", "focusin"]) {
    it(`by intent begins with ${sign}, and shows nothing of it`, async () => {
      const element = await add(INTENT);
      element.dispatchEvent(new Event(sign));
      await state(element, "ready");
      assert.equal(button(element).ariaDisabled, "false");
      assert.equal(await message(element), "");
      assert.deepEqual(link().calls, []);
    });
  }

  it("by load begins with the page", async () => {
    await state(await add(LOAD), "ready");
  });

  it("does not make a second link at the click", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    await openLink(element);
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.lengthOf(plaid().handlers, 1);
  });

  it("opens in the turn of the click", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    button(element).click();
    assert.deepEqual(link().calls, ["open"]);
  });

  it("fails in silence and only once, and the click tells", async () => {
    api.on("POST /v1/links", () => problem("provider_misconfigured", 500, false));
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => api.to("POST /v1/links").length === 1, "it was tried");
    await state(element, "idle");
    element.dispatchEvent(new Event("pointerenter"));
    await turn(20);
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.lengthOf(fired("bank-link-error"), 0);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(fired("bank-link-error"), 1);
  });

  it("fails in silence too when the link was made and failed, and nothing looks agreed to", async () => {
    api.on("POST /v1/links", () => answer(failedLink("provider_unavailable", true), 201));
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => api.to("POST /v1/links").length === 1, "it was tried");
    await state(element, "idle");
    assert.lengthOf(fired("bank-link-error"), 0);
    assert.notInclude(
      fired("bank-link-statechange").map(({ detail }) => detail.to),
      "finalizing",
    );
  });

  it("is done again for a link that is about to expire", async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    api.onEach(
      "POST /v1/links",
      () => answer(readyLink({ link_token_expires_at: soon }), 201),
      () => answer(readyLink({ id: "lnk_2", link_token: "link-sandbox-2" }), 201),
    );
    const element = await add(LOAD);
    await state(element, "ready");
    await openLink(element);
    assert.equal(link().config.token, "link-sandbox-2");
    assert.deepEqual(plaid().handlers[0]?.calls, ["destroy"]);
  });

  it("is done again when what is wished has changed", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    element.refreshAccount = "acc_9";
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[1]?.body.account_id, "acc_9");
    assert.equal(link().config.token, "link-sandbox-2");
  });

  it("opens what is wished when Link opens, not what was wished before", async () => {
    const create = later();
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
      plaid().handlers.map(({ calls }) => calls),
      [["destroy"], ["open"]],
    );
  });

  it("does not go on for ever with a browser whose clock is wrong", async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    api.on("POST /v1/links", () => answer(readyLink({ link_token_expires_at: past }), 201));
    await openLink(await add(LINK));
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });

  it("does not open a link that another element has been through with", async () => {
    // As the ledger does: a ready link that was never opened is handed out again, and one at its end is not opened.
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
    await openLink(first);
    const [ofFirst] = plaid().handlers.filter(({ calls }) => calls.includes("open"));
    succeed(undefined, undefined, ofFirst);
    await state(first, "linked");
    button(second).click();
    await until(() => link().config.token === "token of lnk_2" && second.status === "open", "open anew");
    succeed();
    await state(second, "linked");
    assert.equal(api.to("POST /v1/links/:id/finalize").at(-1)?.url.pathname, "/v1/links/lnk_2/finalize");
  });

  it("is done again when the session comes from elsewhere, for it may be another customer's", async () => {
    api.on("POST /session", ({ url }) => answer({ token: `of ${url.searchParams.get("customer")}` }));
    const element = await add(`<bank-link session-url="/session?customer=1" preload="load"></bank-link>`);
    await state(element, "ready");
    element.sessionUrl = "/session?customer=2";
    await openLink(element);
    assert.equal(api.to("POST /v1/links").at(-1)?.headers.get("Authorization"), "Bearer of 2");
    assert.equal(link().config.token, "link-sandbox-2");
  });

  it("is done again when another session is handed over, also beside a session-url", async () => {
    const element = await add(LINK);
    element.session = "of 1";
    element.preload = "load";
    await state(element, "ready");
    element.session = "of 2";
    await openLink(element);
    const creates = api.to("POST /v1/links").map(({ headers }) => headers.get("Authorization"));
    assert.deepEqual(creates, ["Bearer of 1", "Bearer of 2"]);
  });

  it("opens Link also where the page hands over another function whenever it renders", async () => {
    const element = await add("<bank-link preload='none'></bank-link>");
    const render = () => {
      element.getSession = () => "session";
    };
    render();
    element.addEventListener("bank-link-statechange", () => queueMicrotask(render));
    await openLink(element);
    assert.isAtMost(api.to("POST /v1/links").length, 2);
  });

  it("ends where what is wished never stays", async () => {
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
    await turn(50);
    assert.equal(api.to("POST /v1/links").length, asked);
  });

  it("follows what is wished as often as it changes, and a token that Plaid refuses is renewed still", async () => {
    const element = await add(LOAD);
    await state(element, "ready");
    element.refreshAccount = "acc_1";
    const create = later();
    api.onEach("POST /v1/links", create.handler, () =>
      answer(readyLink({ id: "lnk_3", mode: "refresh", link_token: "link-sandbox-3" }), 201),
    );
    button(element).click();
    await until(() => api.to("POST /v1/links").length === 2, "asked for acc_1");
    element.refreshAccount = "acc_2";
    create.answer(answer(readyLink({ id: "lnk_2", mode: "refresh" }), 201));
    await state(element, "open");
    assert.equal(api.to("POST /v1/links").at(-1)?.body.account_id, "acc_2");
    leave({ error_type: "INVALID_INPUT", error_code: "INVALID_LINK_TOKEN" });
    await until(() => api.to("POST /v1/links").length === 4, "renewed");
    await state(element, "open");
  });

  it("that has failed leaves no link, and is done again after reset()", async () => {
    Object.assign(window, { fakePlaid: { loads: false } });
    await loadFakePlaid();
    hurry(LINK_LOAD_TIMEOUT_MS);
    const element = await add(INTENT);
    element.dispatchEvent(new Event("pointerenter"));
    await until(() => plaid().handlers.length === 1, "Link is loading");
    await state(element, "idle");
    assert.isNull(element.link);
    calm();
    plaid().loads = true;
    element.reset();
    element.dispatchEvent(new Event("pointerenter"));
    await state(element, "ready");
  });

  it("leaves no trace when the element goes", async () => {
    document.body.style.overflow = "clip";
    const element = await add(LOAD);
    await state(element, "ready");
    document.body.style.overflow = "";
    element.remove();
    await turn();
    assert.deepEqual(link().calls, ["destroy"]);
    assert.equal(document.body.style.overflow, "", "Plaid sets back what it saw at first");
  });
});

describe("an API that is slow, absent or failing", () => {
  it("is asked again with the same key when the network breaks", async () => {
    api.onEach("POST /v1/links", dropped, () => answer(readyLink(), 201));
    await openLink(await add(LINK));
    const [first, second] = api.to("POST /v1/links");
    assert.equal(first?.headers.get("Idempotency-Key"), second?.headers.get("Idempotency-Key"));
  });

  it("keeps the key for the person's own try again while the answer is unknown", async () => {
    hurry(...RETRY_WAITS);
    api.onEach("POST /v1/links", dropped, dropped, dropped, () => answer(readyLink(), 201));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "network_error");
    await openLink(element);
    const keys = new Set(api.to("POST /v1/links").map(({ headers }) => headers.get("Idempotency-Key")));
    assert.equal(keys.size, 1);
  });

  it("does not spin when it names a time that is over", async () => {
    api.on("POST /v1/links", () => problem("idempotency_in_progress", 409, true, { "Retry-After": "-1" }));
    const element = await add(LINK);
    button(element).click();
    await turn(200);
    const asked = api.to("POST /v1/links").length;
    element.reset();
    assert.equal(asked, 1);
  });

  for (const status of [401, 403, 408, 425, 429]) {
    it(`loses no agreement when something in between answers ${status}`, async () => {
      hurry(...RETRY_WAITS);
      const page = () => new Response("<html>", { status });
      api.onEach("POST /v1/links/:id/finalize", page, page, () => answer(linkedLink()));
      const element = await add(LINK);
      await openLink(element);
      succeed();
      await state(element, "linked");
      assert.lengthOf(api.to("POST /v1/links"), 1);
    });
  }

  it("is followed further when something in between answers", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    const page = () => new Response("<html>", { status: 403 });
    api.onEach("GET /v1/links/:id", page, () => answer(linkedLink()));
    const element = await add(LINK);
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });

  for (const body of [{}, [], "linked", { status: "ok" }]) {
    it(`is not believed when it answers ${JSON.stringify(body)}`, async () => {
      hurry(...RETRY_WAITS);
      api.onEach(
        "POST /v1/links/:id/finalize",
        () => answer(body),
        () => answer(linkedLink()),
      );
      const element = await add(LINK);
      await openLink(element);
      succeed();
      await state(element, "linked");
      assert.lengthOf(fired("bank-link-error"), 0);
    });
  }

  it("is not asked again when it refused", async () => {
    api.on("POST /v1/links", () => problem("invalid_request", 400, false));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });

  it("is obeyed when it names a time to wait, up to what a person waits", async () => {
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

  it("gets the same finalize again, not a new link, when a person tries again", async () => {
    hurry(...RETRY_WAITS);
    const silent = Array.from({ length: 7 }, () => dropped);
    api.onEach("POST /v1/links/:id/finalize", ...silent, () => answer(linkedLink()));
    const element = await add(LINK);
    await openLink(element);
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

  it("is asked on while a lost first try is still at work", async () => {
    hurry(...RETRY_WAITS);
    const busy = () => problem("idempotency_in_progress", 409, true, { "Retry-After": "1" });
    const atWork = Array.from({ length: 9 }, () => busy);
    api.onEach("POST /v1/links/:id/finalize", dropped, ...atWork, () => answer(linkedLink()));
    const element = await add(LINK);
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });

  it("is followed further while it cannot be reached in finalizing", async () => {
    hurry(...RETRY_WAITS);
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    api.onEach("GET /v1/links/:id", dropped, dropped, dropped, dropped, () => answer(linkedLink()));
    const element = await add(LINK);
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-error"), 0);
  });
});

describe("the session", () => {
  it("is renewed once when the API refuses it in the middle", async () => {
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
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.lengthOf(api.to("POST /session"), 2);
  });

  it("that is refused again ends in a failure, not in a loop", async () => {
    api.on("POST /v1/links", () => problem("unauthorized", 401, false));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "unauthorized");
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });

  for (const [when, first] of [
    ["when the agreement is sent", () => problem("unauthorized", 401, false)],
    ["while the provider works", () => answer(linkIn("finalizing"), 202)],
  ] as const) {
    it(`that has ended ${when} loses nothing: once signed in again, trying again goes on`, async () => {
      let isSignedIn = false;
      api.on("POST /v1/links/:id/finalize", () => (isSignedIn ? answer(linkedLink()) : first()));
      api.on("GET /v1/links/:id", () =>
        isSignedIn ? answer(linkedLink()) : problem("unauthorized", 401, false),
      );
      const element = await add(LINK);
      await openLink(element);
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

  it("that cannot be had for a moment does not stop an agreement", async () => {
    hurry(...RETRY_WAITS);
    const soon = new Date(Date.now() + 10_000).toISOString();
    api.on("POST /session", () => answer({ token: "short", expires_at: soon }));
    const element = await add(LINK);
    await openLink(element);
    await until(() => api.to("POST /v1/links/:id/open").length === 1, "told of");
    api.onEach(
      "POST /session",
      () => answer({}, 502),
      () => answer({ token: "new" }),
    );
    succeed();
    await state(element, "linked");
  });

  it("is asked for again when it is about to expire", async () => {
    api.onEach(
      "POST /session",
      () => answer({ token: "short", expires_at: new Date(Date.now() + 5_000).toISOString() }),
      () => answer({ token: "long" }),
    );
    const element = await add(LINK);
    await openLink(element);
    await until(() => api.to("POST /v1/links/:id/open").length === 1, "open was reported");
    assert.equal(api.to("POST /v1/links/:id/open")[0]?.headers.get("Authorization"), "Bearer long");
  });

  it("is asked for by a POST of {}, with cookies on the page's own origin only", async () => {
    const sent: RequestInit[] = [];
    const { fetch } = window;
    window.fetch = (input, init = {}) => {
      if (String(input).includes("/session")) sent.push(init);
      return fetch(input, init);
    };
    await openLink(await add(LINK));
    const [{ method, body, credentials = "same-origin" } = {}] = sent;
    assert.deepEqual(
      { method, body, credentials },
      { method: "POST", body: "{}", credentials: "same-origin" },
    );
  });

  it("is another one for another URL", async () => {
    api.on("POST /session", ({ url }) => answer({ token: url.search }));
    for (let times = 0; times < 2; times++) {
      const element = await add(LINK);
      await openLink(element);
      element.remove();
      await turn();
    }
    const tokens = api.to("POST /v1/links").map(({ headers }) => headers.get("Authorization"));
    assert.lengthOf(new Set(tokens), 2);
  });

  it("is asked for once by two elements of the same page", async () => {
    const box = await add(`${LINK}${LINK}`);
    const other = box.nextElementSibling as BankLinkElement;
    box.open();
    other.open();
    await state(box, "open");
    await state(other, "open");
    assert.lengthOf(api.to("POST /session"), 1);
  });

  it("comes from getSession() where there is one", async () => {
    const element = await add(LINK);
    element.getSession = async () => "from-function";
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.headers.get("Authorization"), "Bearer from-function");
    assert.lengthOf(api.to("POST /session"), 0);
  });

  it("may be handed over, and is never an attribute", async () => {
    const element = await add(`<bank-link preload="none" session="attribute"></bank-link>`);
    assert.isNull(element.session);
    element.session = "handed-over";
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.headers.get("Authorization"), "Bearer handed-over");
    assert.notInclude(element.outerHTML, "handed-over");
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
      hurry(SESSION_TIMEOUT_MS);
      const element = await add(LINK);
      element.getSession = getSession;
      button(element).click();
      await state(element, "failed");
      assert.equal(fired("bank-link-error")[0]?.detail.code, "session_unavailable");
    });
  }

  it("leaves nothing that rejects later when getSession() throws at once", async () => {
    hurry(SESSION_TIMEOUT_MS);
    const unheard: PromiseRejectionEvent[] = [];
    const hear = (event: PromiseRejectionEvent) => unheard.push(event);
    window.addEventListener("unhandledrejection", hear);
    const element = await add(LINK);
    element.getSession = () => {
      throw new Error("no");
    };
    await element.open();
    await turn(50);
    window.removeEventListener("unhandledrejection", hear);
    assert.isEmpty(unheard);
  });

  it("is asked for only on the page's own origin", async () => {
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

  it("is missing where none is named", async () => {
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
    await openLink(await add(markup));
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://link.example");
  });

  it("is not taken from markup when it is a stranger's", async () => {
    const markup = `<bank-link session-url="/session" preload="none" api="https://evil.example"></bank-link>`;
    assert.equal(await failing(markup), "api_not_allowed");
  });

  it("is not taken from markup when it is no http address", async () => {
    const markup = `<bank-link session-url="/session" preload="none" api="javascript:alert(1)"></bank-link>`;
    assert.equal(await failing(markup), "api_not_allowed");
  });

  it("may be a path of the page's origin for all elements", async () => {
    BankLinkElement.defaultApi = "/edge";
    const element = await add(LINK);
    api.on("POST /edge/v1/links", () => answer(readyLink(), 201));
    api.on("POST /edge/v1/links/lnk_1/open", () => answer(readyLink()));
    await openLink(element);
  });

  it("is not allowed when its name is no address", async () => {
    BankLinkElement.defaultApi = "http://[";
    assert.equal(await failing(LINK), "api_not_allowed");
  });

  it("may be named by markup on the page's origin, with a path", async () => {
    const element = await add(`<bank-link session-url="/session" preload="none" api="/edge/"></bank-link>`);
    api.on("POST /edge/v1/links", () => answer(readyLink(), 201));
    api.on("POST /edge/v1/links/lnk_1/open", () => answer(readyLink()));
    await openLink(element);
  });

  it("may be named by markup when the page allows its origin", async () => {
    BankLinkElement.allowedApiOrigins = ["https://link.example"];
    const element = await add(
      `<bank-link session-url="/session" preload="none" api="https://link.example"></bank-link>`,
    );
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://link.example");
  });

  it("may be anything when the page's own script names it", async () => {
    const element = await add(LINK);
    element.api = "https://anywhere.example";
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.url.origin, "https://anywhere.example");
  });
});
