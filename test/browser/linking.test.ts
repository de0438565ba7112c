import { assert } from "chai";
import type { BankLinkEventMap } from "../../component/events.ts";
import {
  BankLinkErrorEvent,
  BankLinkExitEvent,
  BankLinkOpenEvent,
  BankLinkPendingEvent,
  BankLinkPlaidEvent,
  BankLinkStateChangeEvent,
  BankLinkSuccessEvent,
} from "../../component/index.ts";
import { LINK_FLUSH_MS } from "../../component/limits.ts";
import {
  ACCOUNT,
  answer,
  deferred,
  dropped,
  failedLink,
  linkedLink,
  linkIn,
  problem,
  readyLink,
} from "./fake-api.ts";
import {
  add,
  api,
  button,
  CHOSEN,
  events,
  fired,
  LINK,
  lastHandler,
  leave,
  loadFakePlaid,
  message,
  openPlaidLink,
  part,
  plaid,
  REFRESH,
  skipDelays,
  sleep,
  state,
  succeed,
  until,
} from "./page.ts";
import { reach, STATES } from "./reach.ts";

const CANCELED = "Bank account linking was canceled. You can try again at any time.";
const FAILED = "We couldn’t link that account right now. Please try again or contact support.";

describe("linking an account", () => {
  it("goes from a click to the linked account", async () => {
    const element = await add(LINK);
    const outcome = openPlaidLink(element);
    await outcome;
    succeed();
    await state(element, "linked");

    assert.deepEqual(
      fired("bank-link-statechange").map(({ detail }) => `${detail.from}>${detail.to}`),
      ["idle>preparing", "preparing>ready", "ready>open", "open>finalizing", "finalizing>linked"],
    );
    assert.deepEqual(fired("bank-link-success")[0]?.detail, {
      link_id: "lnk_1",
      mode: "link",
      account: ACCOUNT,
      reference: null,
    });
    assert.lengthOf(fired("bank-link-success"), 1);
    assert.equal(element.linkedAccount?.id, "acc_1");
  });

  it("requests the link with an idempotency key and a wait, and the session only once", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");

    const [create] = api.to("POST /v1/links");
    assert.match(create?.headers.get("Idempotency-Key") ?? "", /^"\d+-[\d.e-]+"$/);
    assert.equal(create?.headers.get("Prefer"), "wait=25");
    assert.equal(create?.headers.get("Authorization"), "Bearer session-1");
    assert.lengthOf(api.to("POST /session"), 1);
  });

  it("finalizes with the chosen account and its metadata", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    const [finalize] = api.to("POST /v1/links/:id/finalize");
    assert.deepEqual(finalize?.body, {
      public_token: "public-sandbox-1",
      account: {
        id: "plaid_acc_1",
        name: "Plaid Checking",
        mask: "0000",
        type: "depository",
        subtype: "checking",
      },
      institution: { id: "ins_109508", name: "First Platypus Bank" },
      link_session_id: "session-1",
    });
    assert.isTrue(finalize?.keepalive);
  });

  it("passes no receivedRedirectUri on a first launch", async () => {
    await openPlaidLink(await add(LINK));
    assert.notProperty(lastHandler().config, "receivedRedirectUri");
  });

  it("passes Plaid only keys that it knows", async () => {
    await openPlaidLink(await add(LINK));
    assert.sameMembers(Object.keys(lastHandler().config), [
      "token",
      "onLoad",
      "onSuccess",
      "onExit",
      "onEvent",
    ]);
  });

  it("opens Plaid Link only when its frame has loaded", async () => {
    Object.assign(window, { fakePlaid: { loads: false } });
    await loadFakePlaid();
    const element = await add(LINK);
    button(element).click();
    await until(() => plaid().handlers.length === 1, "Plaid Link was created");
    await sleep(20);
    assert.equal(element.status, "preparing");
    assert.isEmpty(lastHandler().calls);
    lastHandler().loaded = true;
    lastHandler().config.onLoad();
    await state(element, "open");
    assert.deepEqual(lastHandler().calls, ["open"]);
  });

  for (const [how, end] of [
    ["left", () => leave()],
    ["succeeded", () => succeed()],
    ["failed", () => succeed({})],
  ] as const) {
    it(`removes the Plaid Link that it created after the customer has ${how}, without its destroy()`, async () => {
      skipDelays(LINK_FLUSH_MS);
      await openPlaidLink(await add(LINK));
      end();
      await until(() => !lastHandler().frame.isConnected, "its frame is gone");
      assert.deepEqual(lastHandler().calls, ["open"], "destroy() would take focus and scroll position");
    });
  }

  it("sends redirect URI, language and reference with the link request, and returns the reference", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkedLink({ reference: "order-7" })));
    const attributes = `redirect-uri="https://shop.example.com/back" language="nl" reference="order-7"`;
    const element = await add(`<bank-link session-url="/session" preload="none" ${attributes}></bank-link>`);
    await openPlaidLink(element);
    assert.deepEqual(api.to("POST /v1/links")[0]?.body, {
      redirect_uri: "https://shop.example.com/back",
      language: "nl",
      reference: "order-7",
    });
    succeed();
    await state(element, "linked");
    assert.equal(fired("bank-link-success")[0]?.detail.reference, "order-7");
  });

  it("reports and finalizes by requests that outlive the page", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    leave();
    await state(element, "canceled");
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    for (const report of ["open", "exit", "finalize"]) {
      assert.isTrue(api.to(`POST /v1/links/:id/${report}`)[0]?.keepalive, report);
    }
  });

  it("reports to the API that Plaid Link was opened", async () => {
    await openPlaidLink(await add(LINK));
    await until(() => api.to("POST /v1/links/:id/open").length === 1, "open was reported");
  });

  it("polls a link that is preparing until it has a token", async () => {
    api.on("POST /v1/links", () => answer(linkIn("preparing"), 202));
    api.onEach(
      "GET /v1/links/:id",
      () => answer(linkIn("preparing")),
      () => answer(readyLink({ link_token: "link-late" })),
    );
    await openPlaidLink(await add(LINK));
    assert.equal(lastHandler().config.token, "link-late");
    assert.equal(api.to("GET /v1/links/:id")[0]?.headers.get("Prefer"), "wait=25");
  });

  it("announces no success before the API says linked", async () => {
    const finalize = deferred();
    api.on("POST /v1/links/:id/finalize", finalize.handler);
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "finalizing");
    await sleep(50);
    assert.lengthOf(fired("bank-link-success"), 0);
    finalize.answer(answer(linkedLink()));
    await state(element, "linked");
  });

  it("announces that the provider needs longer, stays finalizing, and polls until the outcome", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    const poll = deferred();
    api.on("GET /v1/links/:id", poll.handler);
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await until(() => fired("bank-link-pending").length === 1, "pending");
    assert.equal(element.status, "finalizing");
    assert.include(await message(element), "You may leave this page");
    poll.answer(answer(linkedLink()));
    await state(element, "linked");
  });

  it("never shows success for a link that failed", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(failedLink("duplicate_account")));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "failed");
    assert.lengthOf(fired("bank-link-success"), 0);
    assert.equal(fired("bank-link-error")[0]?.detail.code, "duplicate_account");
    assert.equal(await message(element), "This bank account is already linked.");
  });

  it("creates one link on a double click", async () => {
    const element = await add(LINK);
    button(element).click();
    button(element).click();
    await state(element, "open");
    assert.lengthOf(api.to("POST /v1/links"), 1);
    assert.lengthOf(plaid().handlers, 1);
  });

  it("accepts only the first of two successes", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    const handler = lastHandler();
    succeed();
    succeed(CHOSEN, "public-sandbox-2", handler);
    await state(element, "linked");
    assert.lengthOf(api.to("POST /v1/links/:id/finalize"), 1);
    assert.lengthOf(fired("bank-link-success"), 1);
  });

  it("accepts no success from a Plaid Link that was not opened", async () => {
    const element = await add(`<bank-link session-url="/session" preload="load"></bank-link>`);
    await state(element, "ready");
    succeed();
    await sleep(20);
    assert.equal(element.status, "ready");
  });
});

describe("leaving Plaid Link", () => {
  it("shows the cancel message and reports the exit", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    leave(null, { status: "requires_credentials" });
    await state(element, "canceled");
    assert.equal(await message(element), CANCELED);
    assert.deepEqual(fired("bank-link-exit")[0]?.detail, {
      link_id: "lnk_1",
      status: "requires_credentials",
      error: null,
      message: CANCELED,
    });
    await until(() => api.to("POST /v1/links/:id/exit").length === 1, "exit was reported");
    assert.deepEqual(api.to("POST /v1/links/:id/exit")[0]?.body, {
      status: "requires_credentials",
      error: null,
      link_session_id: "session-1",
      request_id: "req_p",
    });
  });

  it("can be followed by another attempt, with a new link and a new key", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    leave();
    await state(element, "canceled");
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    const keys = api.to("POST /v1/links").map(({ headers }) => headers.get("Idempotency-Key"));
    assert.lengthOf(keys, 2);
    assert.notEqual(keys[0], keys[1]);
    assert.equal(lastHandler().config.token, "link-sandbox-2");
  });

  it("shows Plaid's own message when there is one", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    leave({
      error_type: "INSTITUTION_ERROR",
      error_code: "INSTITUTION_DOWN",
      display_message: "Your bank is down.",
    });
    await state(element, "canceled");
    assert.equal(await message(element), "Your bank is down.");
    assert.deepEqual(fired("bank-link-exit")[0]?.detail.error, {
      type: "INSTITUTION_ERROR",
      code: "INSTITUTION_DOWN",
    });
  });
});

describe("failing", () => {
  it("shows the failure message, and trying again works", async () => {
    api.onEach(
      "POST /v1/links",
      () => answer(failedLink("provider_rejected"), 201),
      () => answer(readyLink({ id: "lnk_2" }), 201),
    );
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.equal(await message(element), FAILED);
    assert.equal(button(element).textContent?.trim(), "Try again");
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    const keys = api.to("POST /v1/links").map(({ headers }) => headers.get("Idempotency-Key"));
    assert.notEqual(keys[0], keys[1]);
  });

  it("carries the API's code, request id and whether a retry helps", async () => {
    api.on("POST /v1/links", () => problem("redirect_uri_not_allowed", 422, false));
    const element = await add(LINK);
    button(element).click();
    await state(element, "failed");
    assert.deepEqual(fired("bank-link-error")[0]?.detail, {
      code: "redirect_uri_not_allowed",
      message: FAILED,
      retryable: false,
      request_id: "req_1",
      link_id: null,
    });
  });

  for (const [what, metadata, token] of [
    ["account id", { ...CHOSEN, accounts: [{ name: "No id" }] }, "public-sandbox-1"],
    ["account", { ...CHOSEN, accounts: [] }, "public-sandbox-1"],
    ["public token", CHOSEN, null],
  ] as const) {
    it(`refuses a success without ${what} before calling the API`, async () => {
      const element = await add(LINK);
      await openPlaidLink(element);
      succeed(metadata, token);
      await state(element, "failed");
      assert.equal(fired("bank-link-error")[0]?.detail.code, "account_metadata_missing");
      assert.lengthOf(api.to("POST /v1/links/:id/finalize"), 0);
    });
  }

  it("refuses two accounts before calling the API", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed({ ...CHOSEN, accounts: [CHOSEN.accounts[0], { id: "plaid_acc_2" }] });
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "multiple_accounts");
    assert.lengthOf(api.to("POST /v1/links/:id/finalize"), 0);
  });

  it("repeats a finalize whose answer was lost, with the same key and body", async () => {
    api.onEach("POST /v1/links/:id/finalize", dropped, () => answer(linkedLink()));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    const [first, second] = api.to("POST /v1/links/:id/finalize");
    assert.equal(first?.headers.get("Idempotency-Key"), second?.headers.get("Idempotency-Key"));
    assert.deepEqual(first?.body, second?.body);
  });
});

describe("a link token that Plaid rejects", () => {
  const INVALID = { error_type: "INVALID_INPUT", error_code: "INVALID_LINK_TOKEN" };

  it("is renewed once, unnoticed by the customer", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    const first = lastHandler();
    leave(INVALID);
    await until(
      () => lastHandler().config.token === "link-sandbox-2" && element.status === "open",
      "the new Plaid Link",
    );
    assert.isFalse(first.frame.isConnected);
    assert.lengthOf(fired("bank-link-exit"), 0);
    assert.isTrue(api.to("POST /v1/links/:id/exit")[0]?.body.final);
    succeed();
    await state(element, "linked");
  });

  it("fails the second time", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    leave(INVALID);
    await until(() => plaid().handlers.length === 2 && element.status === "open", "the new Plaid Link");
    leave(INVALID);
    await state(element, "failed");
    assert.equal(fired("bank-link-error")[0]?.detail.code, "link_expired");
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });
});

describe("a link that is closed at the API", () => {
  it("has its Plaid Link destroyed before another link is requested", async () => {
    const [open, exit] = [deferred(), deferred()];
    api.onEach("POST /v1/links/:id/open", open.handler, () => answer(readyLink()));
    api.on("POST /v1/links/:id/exit", exit.handler);
    const element = await add(LINK);
    await openPlaidLink(element);
    const closed = lastHandler();
    open.answer(problem("link_closed", 409, false));
    await until(() => api.to("POST /v1/links/:id/exit").length === 1, "exit was reported");
    assert.include(closed.calls, "destroy");
    exit.answer(answer(linkIn("canceled")));
    await until(() => element.status === "open" && lastHandler() !== closed, "open again");
    assert.lengthOf(fired("bank-link-exit"), 0);
  });
});

describe("refreshing an account", () => {
  it("requests a link for that account and sends no public token", async () => {
    const element = await add(REFRESH);
    assert.equal(button(element).textContent?.trim(), "Reconnect your bank account");
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.body.account_id, "acc_1");
    succeed();
    await state(element, "linked");
    assert.deepEqual(api.to("POST /v1/links/:id/finalize")[0]?.body, { link_session_id: "session-1" });
    assert.equal(await message(element), "Bank account reconnected");
  });
});

describe("an event", () => {
  interface Kind {
    kind: new (detail: never) => CustomEvent;
    end: () => void;
    detail: object;
  }

  const KINDS: Record<keyof BankLinkEventMap, Kind> = {
    "bank-link-statechange": {
      kind: BankLinkStateChangeEvent,
      end: () => {},
      detail: { from: "idle", to: "preparing" },
    },
    "bank-link-open": { kind: BankLinkOpenEvent, end: () => {}, detail: { link_id: "lnk_1" } },
    "bank-link-event": {
      kind: BankLinkPlaidEvent,
      end: () => {},
      detail: { name: "OPEN", metadata: { link_session_id: "session-1", timestamp: "now" } },
    },
    "bank-link-exit": {
      kind: BankLinkExitEvent,
      end: () => leave(),
      detail: { link_id: "lnk_1", status: null, error: null, message: CANCELED },
    },
    "bank-link-pending": {
      kind: BankLinkPendingEvent,
      end: () => {
        api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
        api.on("GET /v1/links/:id", deferred().handler);
        succeed();
      },
      detail: { link_id: "lnk_1" },
    },
    "bank-link-success": {
      kind: BankLinkSuccessEvent,
      end: () => succeed(),
      detail: { link_id: "lnk_1", mode: "link", account: ACCOUNT, reference: null },
    },
    "bank-link-error": {
      kind: BankLinkErrorEvent,
      end: () => succeed({}),
      detail: {
        code: "account_metadata_missing",
        message: FAILED,
        retryable: false,
        request_id: null,
        link_id: "lnk_1",
      },
    },
  };

  for (const [type, { kind, end, detail }] of Object.entries(KINDS)) {
    it(`${type} bubbles out of shadow roots, with its own class and detail`, async () => {
      const element = await add(LINK);
      const host = document.createElement("div");
      element.replaceWith(host);
      host.attachShadow({ mode: "open" }).append(element);
      await openPlaidLink(element);
      end();
      const received = () => events.find((event) => event.type === type);
      await until(received, type);
      assert.isTrue(received() instanceof kind);
      assert.instanceOf(received(), CustomEvent);
      assert.deepEqual(received()?.detail, detail);
      assert.equal(received()?.cancelable, type === "bank-link-open");
    });
  }
});

describe("what the page can see", () => {
  for (const at of STATES) {
    it(`has ${at} as the only custom state`, async () => {
      const element = await add(LINK);
      await reach[at](element);
      assert.deepEqual(
        STATES.filter((one) => element.matches(`:state(${one})`)),
        [at],
      );
    });
  }

  it("has the current link without its token; link, status and linkedAccount are read-only", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    assert.equal(element.link?.id, "lnk_1");
    assert.notProperty(element.link, "link_token");
    for (const name of ["link", "status", "linkedAccount"]) {
      assert.isFalse(Reflect.set(element, name, "linked"), name);
    }
  });

  it("has at most the link's id in storage, for this tab alone, and nothing once it is linked", async () => {
    const elsewhere = () => JSON.stringify([{ ...localStorage }, document.cookie]);
    const before = elsewhere();
    const element = await add(LINK);
    await openPlaidLink(element);
    assert.deepEqual({ ...sessionStorage }, { "bank-link": "lnk_1" });
    succeed();
    await state(element, "linked");
    assert.deepEqual({ ...sessionStorage }, {});
    assert.equal(elsewhere(), before);
  });

  it("has the state as a custom state", async () => {
    const element = await add(LINK);
    assert.isTrue(element.matches(":state(idle)"));
    await openPlaidLink(element);
    assert.isTrue(element.matches(":state(open)"));
    assert.isFalse(element.matches(":state(idle)"));
  });

  it("has the institution's name and the masked number after success", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    const text = part(element, "status")?.textContent ?? "";
    assert.include(text, "First Platypus Bank");
    assert.include(text, "0000");
    assert.notExists(part(element, "button"));
  });

  it("has no token in events, properties, markup or storage", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    const stored = JSON.stringify({ ...sessionStorage });
    assert.include(stored, "lnk_1");
    succeed();
    await state(element, "linked");
    const seen = [
      stored,
      JSON.stringify(events.map(({ detail }) => detail)),
      JSON.stringify(element.link),
      element.outerHTML,
      element.shadowRoot?.innerHTML,
      JSON.stringify({ ...sessionStorage, ...localStorage }),
    ].join("\n");
    assert.notMatch(seen, /link-sandbox|public-sandbox|session-1"?}/);
    assert.lengthOf(sessionStorage, 0);
  });

  it("has Plaid's events without personal fields", async () => {
    await openPlaidLink(await add(LINK));
    await until(() => fired("bank-link-event").length > 0, "an event");
    assert.deepEqual(fired("bank-link-event")[0]?.detail, {
      name: "OPEN",
      metadata: { link_session_id: "session-1", timestamp: "now" },
    });
  });
});
