import { assert } from "chai";
import { BankLinkElement } from "../../component/index.ts";
import { LINK_EXIT_GRACE_MS } from "../../component/limits.ts";
import { answer, deferred, linkedLink, linkIn } from "./fake-api.ts";
import {
  add,
  api,
  button,
  CHOSEN,
  events,
  fired,
  ignoreErrors,
  LINK,
  lastHandler,
  leave,
  loadFakePlaid,
  openPlaidLink,
  plaid,
  REFRESH,
  restoreTimers,
  skipDelays,
  sleep,
  state,
  succeed,
  until,
} from "./page.ts";
import { reach, STATES } from "./reach.ts";

describe("being moved", () => {
  for (const at of STATES) {
    it(`changes nothing in ${at}`, async () => {
      const element = await add(LINK);
      const proceed = await reach[at](element);
      const box = document.createElement("section");
      box.dataset.test = "";
      document.body.append(box);
      const count = events.length;
      box.append(element);
      await sleep(10);
      assert.equal(element.status, at);
      assert.lengthOf(events, count);
      proceed();
      if (at === "preparing") await state(element, "open");
      if (at === "finalizing") await state(element, "linked");
      if (at === "open") {
        succeed();
        await state(element, "linked");
      }
    });
  }
});

describe("being removed", () => {
  for (const at of STATES) {
    it(`in ${at} leaves nothing behind, and works again when re-added`, async () => {
      const element = await add(LINK);
      const proceed = await reach[at](element);
      element.preload = "none";
      const { parentElement } = element;
      element.remove();
      await sleep(10);
      const stays = at === "linked" || at === "canceled" || at === "failed" || at === "finalizing";
      assert.equal(element.status, stays ? at : "idle");
      if (at === "ready" || at === "open") {
        assert.equal(document.querySelectorAll("iframe[title='Plaid Link']").length, 0);
        assert.equal(document.body.style.overflow, "");
      }
      proceed();
      await sleep(10);
      parentElement?.append(element);
      if (at === "finalizing") await state(element, "linked");
      if (element.status !== "linked") await openPlaidLink(element);
    });
  }

  it("while finalizing lets the request complete", async () => {
    const element = await add(LINK);
    const proceed = await reach.finalizing(element);
    element.remove();
    await sleep(10);
    assert.isFalse(api.to("POST /v1/links/:id/finalize")[0]?.signal?.aborted);
    proceed();
    await state(element, "linked");
  });

  it("while preparing creates no Plaid Link when the answer arrives", async () => {
    const element = await add(LINK);
    const proceed = await reach.preparing(element);
    element.remove();
    await sleep(10);
    proceed();
    await sleep(20);
    assert.equal(plaid().handlers.length, 0);
  });

  it("while finalizing stops polling until it is re-added", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    const polls = [deferred(), deferred()];
    api.onEach("GET /v1/links/:id", ...polls.map(({ handler }) => handler));
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    await until(() => api.to("GET /v1/links/:id").length === 1, "a poll");
    const { parentElement } = element;
    element.remove();
    await sleep(10);
    assert.isTrue(api.to("GET /v1/links/:id")[0]?.signal?.aborted);
    assert.equal(element.status, "finalizing");
    parentElement?.append(element);
    polls[1]?.answer(answer(linkedLink()));
    await state(element, "linked");
    assert.lengthOf(fired("bank-link-pending"), 1);
  });
});

describe("the page's scroll lock", () => {
  it("is released when one was preloaded while another's Plaid Link was open", async () => {
    const first = await add(LINK);
    await openPlaidLink(first);
    const second = await add(LINK.replace("none", "load"));
    await state(second, "ready");
    const seenAtCreate = document.body.style.overflow;
    assert.equal(seenAtCreate, "hidden");
    leave(null, {}, plaid().handlers[0]);
    await state(first, "canceled");
    await openPlaidLink(second);
    // As Plaid does: the callback first, then it sets back what it saw at create().
    lastHandler().config.onExit(null, {});
    document.body.style.overflow = seenAtCreate;
    await state(second, "canceled");
    await until(() => !lastHandler().frame.isConnected, "its frame is gone");
  });

  it("is released when the last of two open ones closes, and not before", async () => {
    const [first, second] = [await add(LINK), await add(LINK)];
    await openPlaidLink(first);
    await openPlaidLink(second);
    const [one, other] = plaid().handlers;
    one?.config.onExit(null, {});
    await state(first, "canceled");
    assert.equal(document.body.style.overflow, "hidden");
    other?.config.onExit(null, {});
    await state(second, "canceled");
    assert.equal(document.body.style.overflow, "");
  });
});

describe("a Plaid Link whose create() fails", () => {
  it("leaves no frame and no style sheet behind", async () => {
    const element = await add(LINK);
    await loadFakePlaid();
    const page = window as unknown as { Plaid: { create(config: object): object } };
    const { create } = page.Plaid;
    page.Plaid = {
      create(config) {
        create(config);
        document.head.append(document.createElement("style"));
        throw new Error("halfway");
      },
    };
    const before = document.querySelectorAll("iframe, style").length;
    button(element).click();
    await state(element, "failed");
    assert.equal(document.querySelectorAll("iframe, style").length, before);
  });
});

describe("a Plaid Link whose destroy() fails", () => {
  it("does not leave the page locked when the element is removed", async () => {
    document.body.style.overflow = "clip";
    const element = await add(LINK);
    const { frame, calls } = await openPlaidLink(element);
    // Plaid looks for its frame where it put it.
    Object.assign(frame, {
      remove() {
        Reflect.deleteProperty(frame, "remove");
        document.body.style.overflow = "hidden";
        throw new Error("no frame");
      },
    });
    element.remove();
    await sleep(10);
    assert.include(calls, "destroy");
    assert.isFalse(frame.isConnected);
    const { overflow } = document.body.style;
    document.body.style.overflow = "";
    assert.equal(overflow, "clip");
  });
});

describe("several on one page", () => {
  it("open one after the other, each with its own outcome", async () => {
    const first = await add(LINK);
    const second = await add(LINK);
    await openPlaidLink(first);
    leave();
    await state(first, "canceled");
    await openPlaidLink(second);
    succeed();
    await state(second, "linked");
    assert.equal(first.status, "canceled");
    await openPlaidLink(first);
    succeed();
    await state(first, "linked");
    assert.deepEqual(
      fired("bank-link-success").map(({ target }) => target === first),
      [false, true],
    );
  });

  it("opened at once, each receive only their own callbacks", async () => {
    const [first, second] = [await add(LINK), await add(LINK)];
    first.open();
    second.open();
    await state(first, "open");
    await state(second, "open");
    const linkOf = ({ link }: BankLinkElement) =>
      plaid().handlers.find(({ config }) => config.token.at(-1) === link?.id.at(-1));
    succeed(CHOSEN, "public-sandbox-1", linkOf(first));
    await state(first, "linked");
    assert.equal(second.status, "open");
    leave(null, {}, linkOf(second));
    await state(second, "canceled");
    assert.deepEqual([first.status, first.linkedAccount?.id], ["linked", "acc_1"]);
  });
});

describe("open(), close() and reset()", () => {
  it("open() resolves with the final outcome", async () => {
    const element = await add(LINK);
    const outcome = element.open();
    await state(element, "open");
    succeed();
    const { status, account } = await outcome;
    assert.equal(status, "linked");
    assert.equal(account?.id, "acc_1");
  });

  it("open() resolves when the element is removed while polling", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkIn("finalizing"), 202));
    api.on("GET /v1/links/:id", () => new Promise(() => {}));
    const element = await add(LINK);
    const outcome = element.open();
    await state(element, "open");
    succeed();
    await until(() => api.to("GET /v1/links/:id").length === 1, "a poll");
    element.remove();
    assert.deepEqual(await outcome, { status: "finalizing" });
  });

  for (const when of ["while polling", "before the answer"]) {
    it(`open() resolves on an element that was removed while finalizing, ${when}`, async () => {
      const answered = Promise.withResolvers<void>();
      const still = () => answer(linkIn("finalizing"), 202);
      api.on("POST /v1/links/:id/finalize", () => answered.promise.then(still));
      api.on("GET /v1/links/:id", () => new Promise(() => {}));
      const element = await add(LINK);
      await openPlaidLink(element);
      succeed();
      await state(element, "finalizing");
      if (when === "while polling") {
        answered.resolve();
        await until(() => api.to("GET /v1/links/:id").length === 1, "a poll");
      }
      element.remove();
      await sleep(10);
      const outcome = element.open();
      answered.resolve();
      assert.deepEqual(await outcome, { status: "finalizing" });
    });
  }

  it("open() for another account does not resolve with the previous outcome", async () => {
    const element = await add(REFRESH);
    await openPlaidLink(element);
    succeed({}, null);
    await state(element, "linked");
    element.refreshAccount = "acc_2";
    const outcome = element.open();
    await state(element, "open");
    assert.equal(api.to("POST /v1/links").at(-1)?.body.account_id, "acc_2");
    leave();
    assert.deepEqual(await outcome, { status: "canceled" });
  });

  it("another account can be refreshed after the previous one", async () => {
    const element = await add(REFRESH);
    await openPlaidLink(element);
    succeed({}, null);
    await state(element, "linked");
    element.refreshAccount = "acc_2";
    await element.updateComplete;
    await openPlaidLink(element);
  });

  for (const [type, end, status] of [
    ["bank-link-statechange", () => succeed(), "linked"],
    ["change", () => succeed(), "linked"],
    ["bank-link-statechange", () => leave(), "canceled"],
    ["bank-link-statechange", () => succeed({}), "failed"],
  ] as const) {
    it(`open() in the ${type} to ${status} starts again`, async () => {
      const element = await add(LINK);
      element.multiple = true;
      let isAsked = false;
      element.addEventListener(type, () => {
        if (element.status !== status || isAsked) return;
        isAsked = true;
        void element.open();
      });
      await openPlaidLink(element);
      end();
      await until(() => isAsked && element.status === "open", "open again");
    });
  }

  it("reset() in the statechange to finalizing does not stop the finalize request", async () => {
    const element = await add(LINK);
    element.addEventListener(
      "bank-link-statechange",
      () => element.status === "finalizing" && element.reset(),
    );
    await openPlaidLink(element);
    succeed();
    await until(() => api.to("POST /v1/links/:id/finalize").length === 1, "it is sent");
    await sleep(10);
    assert.equal(element.status, "idle");
    assert.lengthOf(fired("bank-link-success"), 0);
  });

  it("open() joins the call that is in progress", async () => {
    const element = await add(LINK);
    const [first, second] = [element.open(), element.open()];
    await state(element, "open");
    leave();
    assert.deepEqual(await first, { status: "canceled" });
    assert.deepEqual(await second, { status: "canceled" });
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });

  it("open() does not reject when everything fails", async () => {
    api.on("POST /session", () => answer({}, 500));
    const element = await add(LINK);
    assert.deepEqual(await element.open(), { status: "failed" });
  });

  it("open() does nothing when disabled or already linked", async () => {
    const element = await add(LINK);
    element.disabled = true;
    assert.deepEqual(await element.open(), { status: "idle" });
    element.disabled = false;
    await sleep();
    await reach.linked(element);
    assert.equal((await element.open()).account?.id, "acc_1");
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });

  it("offers to link another account with multiple", async () => {
    const element = await add(LINK);
    element.multiple = true;
    await reach.linked(element);
    assert.equal(button(element).textContent?.trim(), "Link another account");
    await openPlaidLink(element);
    assert.lengthOf(api.to("POST /v1/links"), 2);
  });

  it("close() exits Plaid Link by force", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    element.close();
    assert.include(lastHandler().calls, "exit!");
    leave();
    await state(element, "canceled");
  });

  it("close() called twice reports one exit", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    skipDelays(LINK_EXIT_GRACE_MS);
    element.close();
    element.close();
    leave();
    await state(element, "canceled");
    await sleep(50);
    assert.lengthOf(fired("bank-link-exit"), 1);
  });

  it("close() called again does not give Plaid Link more time", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    const realSetTimeout = window.setTimeout;
    let seconds = 0;
    window.setTimeout = ((run: () => void, ms?: number) => {
      if (ms === LINK_EXIT_GRACE_MS) seconds++;
      return realSetTimeout(run, ms);
    }) as typeof setTimeout;
    for (let times = 0; times < 3; times++) element.close();
    restoreTimers();
    assert.equal(seconds, 1);
  });

  it("close() destroys a Plaid Link that throws", async () => {
    const element = await add(LINK);
    await loadFakePlaid();
    const page = window as unknown as { Plaid: { create(config: object): object } };
    const { create } = page.Plaid;
    const exit = () => {
      throw new Error("dead");
    };
    page.Plaid = { create: (config) => Object.assign(create(config), { exit }) };
    await openPlaidLink(element);
    skipDelays(LINK_EXIT_GRACE_MS);
    assert.throws(() => element.close(), "dead");
    await state(element, "canceled");
  });

  it("close() does nothing once the customer has completed Plaid Link, even in the listener of Plaid's last event", async () => {
    skipDelays(LINK_EXIT_GRACE_MS);
    const finalize = deferred();
    api.on("POST /v1/links/:id/finalize", finalize.handler);
    const element = await add(LINK);
    element.addEventListener("bank-link-event", ({ detail }) => detail.name === "HANDOFF" && element.close());
    const outcome = element.open();
    await state(element, "open");
    lastHandler().config.onEvent("HANDOFF", {});
    succeed();
    await state(element, "finalizing");
    await sleep(50);
    assert.lengthOf(fired("bank-link-exit"), 0);
    assert.lengthOf(api.to("POST /v1/links/:id/exit"), 0);
    assert.equal(sessionStorage.getItem("bank-link"), "lnk_1");
    finalize.answer(answer(linkedLink()));
    assert.equal((await outcome).status, "linked");
  });

  it("close() in the statechange to open exits Plaid Link", async () => {
    skipDelays(LINK_EXIT_GRACE_MS);
    const element = await add(LINK);
    element.addEventListener("bank-link-statechange", () => element.status === "open" && element.close());
    assert.deepEqual(await element.open(), { status: "canceled" });
  });

  it("reset() and open() in a prevented bank-link-open start again", async () => {
    const element = await add(LINK);
    let second: Promise<object> | undefined;
    element.addEventListener("bank-link-open", (event) => {
      if (second) return;
      event.preventDefault();
      element.reset();
      second = element.open();
    });
    void element.open();
    await state(element, "open");
    leave();
    assert.deepEqual(await second, { status: "canceled" });
  });

  it("close() in the statechange to ready keeps Plaid Link from opening", async () => {
    const element = await add(LINK);
    element.addEventListener("bank-link-statechange", () => element.status === "ready" && element.close());
    assert.deepEqual(await element.open(), { status: "idle" });
    assert.notInclude(lastHandler().calls, "open");
  });

  it("close() destroys a Plaid Link that does not answer", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    skipDelays(LINK_EXIT_GRACE_MS);
    element.close();
    await state(element, "canceled");
    assert.include(lastHandler().calls, "destroy");
    assert.lengthOf(fired("bank-link-exit"), 1);
  });

  it("close() stops waiting for Plaid Link", async () => {
    const element = await add(LINK);
    const proceed = await reach.preparing(element);
    element.close();
    assert.equal(element.status, "idle");
    proceed();
    await sleep(20);
    assert.equal(element.status, "idle");
  });

  for (const at of STATES) {
    it(`reset() in ${at} returns to idle`, async () => {
      const element = await add(LINK);
      const proceed = await reach[at](element);
      element.preload = "none";
      element.reset();
      proceed();
      await sleep(20);
      assert.equal(element.status, "idle");
      assert.lengthOf(fired("bank-link-success"), at === "linked" ? 1 : 0);
      assert.equal(document.body.style.overflow, "");
    });
  }

  it("a prevented bank-link-open keeps it ready", async () => {
    const element = await add(LINK);
    element.addEventListener("bank-link-open", (event) => event.preventDefault(), { once: true });
    assert.deepEqual(await element.open(), { status: "ready" });
    assert.notInclude(lastHandler().calls, "open");
    await openPlaidLink(element);
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });
});

describe("the page's own code", () => {
  it("does not leave the page locked when it throws", async () => {
    ignoreErrors();
    const element = await add(LINK);
    for (const type of ["statechange", "open", "event", "exit"]) {
      element.addEventListener(`bank-link-${type}`, () => {
        throw new Error("the page's own");
      });
    }
    await openPlaidLink(element);
    leave();
    await state(element, "canceled");
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
  });

  it("never runs inside Plaid's callback, which a throw would interrupt", async () => {
    const element = await add(LINK);
    for (const end of [leave, succeed]) {
      await openPlaidLink(element);
      await sleep(10);
      const count = events.length;
      lastHandler().config.onEvent("HANDOFF", {});
      end();
      assert.lengthOf(events, count);
      await until(() => events.length > count, "an event afterwards");
    }
    await state(element, "linked");
  });

  it("may reset the element when Plaid Link is about to open", async () => {
    const element = await add(LINK);
    element.addEventListener("bank-link-open", () => element.reset());
    button(element).click();
    await state(element, "idle");
    await sleep(20);
    assert.notInclude(lastHandler().calls, "open");
  });

  it("may reset the element right after Plaid's success, which is then ignored", async () => {
    const element = await add(LINK);
    await openPlaidLink(element);
    succeed();
    element.reset();
    await sleep(20);
    assert.equal(element.status, "idle");
    assert.lengthOf(api.to("POST /v1/links/:id/finalize"), 0);
  });

  it("may call open() as soon as it has failed", async () => {
    const element = await add(LINK);
    element.addEventListener("bank-link-error", () => element.open(), { once: true });
    await openPlaidLink(element);
    succeed({});
    await until(() => element.status === "open", "open again");
  });

  it("may set any attribute to anything", async () => {
    const element = await add(
      `<bank-link preload="?" language="%%" session-url="http://[" api="http://[" reference="" redirect-uri="" refresh-account=""></bank-link>`,
    );
    button(element).click();
    await state(element, "failed");
  });
});

describe("any attribute value", () => {
  const VALUES = ["", "%%", "constructor", "http://[", "javascript:0", "</p>"];

  for (const name of BankLinkElement.observedAttributes) {
    it(`of ${name} throws nothing`, async () => {
      const thrown: unknown[] = [];
      window.onerror = (message) => thrown.push(message) > 0;
      const reject = (event: PromiseRejectionEvent) => thrown.push(event.reason);
      window.addEventListener("unhandledrejection", reject);
      for (const value of VALUES) {
        const element = await add(LINK);
        element.setAttribute(name, value);
        await element.updateComplete;
        element.dispatchEvent(new PointerEvent("pointerenter"));
        element.click();
        element.open();
        await sleep(10);
        element.parentElement?.remove();
        await sleep();
      }
      window.removeEventListener("unhandledrejection", reject);
      // Requests to the addresses of these values are expected.
      api.unexpected.length = 0;
      assert.isEmpty(thrown);
    });
  }
});

describe("a property that shares its name with an attribute", () => {
  const SET = {
    sessionUrl: "/another",
    api: "/edge",
    refreshAccount: "acc_2",
    redirectUri: "https://shop.example.com/back",
    language: "nl",
    reference: "order-7",
    preload: "load",
    multiple: true,
    name: "bank",
    value: "acc_3",
    required: true,
    disabled: true,
    nonce: "n0nce",
  };

  for (const [name, value] of Object.entries(SET)) {
    it(`can be set: ${name}`, async () => {
      const element = await add("<bank-link></bank-link>");
      Reflect.set(element, name, value);
      await element.updateComplete;
      assert.equal(Reflect.get(element, name), value);
    });
  }
});

describe("properties set before the element is defined", () => {
  it("are applied as if they were set after", async () => {
    // An element of another document is not upgraded until it is added to this one.
    const inert = document.implementation.createHTMLDocument().createElement("bank-link");
    Object.assign(inert, {
      session: "early",
      preload: "none",
      reference: "r-1",
      value: "acc_0",
      name: "bank",
    });
    const form = document.createElement("form");
    form.dataset.test = "";
    document.body.append(form);
    form.append(inert);
    const element = inert as BankLinkElement;
    assert.instanceOf(element, BankLinkElement);
    await element.updateComplete;
    assert.equal(new FormData(form).get("bank"), "acc_0");
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.body.reference, "r-1");
    assert.equal(api.to("POST /v1/links")[0]?.headers.get("Authorization"), "Bearer early");
  });
});
