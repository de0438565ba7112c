import { assert } from "chai";
import type { BankLinkElement } from "../../component/index.ts";
import {
  ACCOUNT,
  answer,
  deferred,
  FakeApi,
  failedLink,
  linkedLink,
  linkIn,
  problem,
  readyLink,
} from "./fake-api.ts";
import { LINK, REFRESH, sleep, until } from "./page.ts";

/** The page after a bank's redirect or a reload. */
interface ReturnPage {
  window: Window & { fakePlaid?: FakePlaid };
  api: FakeApi;
  events: CustomEvent[];
  elements: BankLinkElement[];
}

const RETURN = new URL("./return-page.html", import.meta.url);
let frame: HTMLIFrameElement | undefined;
let api: FakeApi | undefined;

afterEach(() => {
  frame?.remove();
  sessionStorage.clear();
  assert.deepEqual(api?.unexpected ?? [], [], "unexpected network calls");
});

/** Loads `return-page.html` with `search`; `setUp` scripts its API before any of its code runs. */
async function loadReturnPage(
  search: string,
  setUp: (api: FakeApi, page: ReturnPage) => void,
  markup = LINK,
): Promise<ReturnPage> {
  const page = { events: [], elements: [] } as unknown as ReturnPage;
  const beforeElement = (scope: Window) => {
    page.window = scope;
    page.api = api = new FakeApi(scope);
    setUp(page.api, page);
    for (const type of ["exit", "error", "success", "pending", "open", "statechange"]) {
      scope.document.addEventListener(`bank-link-${type}`, (event) => page.events.push(event as CustomEvent));
    }
    scope.document.body.insertAdjacentHTML("afterbegin", markup);
    page.elements = [...scope.document.querySelectorAll("bank-link")];
  };
  Object.assign(window, { beforeElement });
  frame = document.createElement("iframe");
  frame.src = RETURN.href + search;
  document.body.append(frame);
  await new Promise((resolve) => frame?.addEventListener("load", resolve));
  await until(() => page.elements[0]?.status, "the element was upgraded");
  return page;
}

function types(page: ReturnPage): string[] {
  return page.events.filter(({ type }) => type !== "bank-link-statechange").map(({ type }) => type);
}

describe("resuming after a bank's redirect", () => {
  const opened = readyLink({ id: "lnk_9", link_token: "link-sandbox-9", opened_at: "2026-01-01T00:00:00Z" });

  /** The first of two elements resumes, and could not request its link: both of its sessions failed. */
  async function loadAndFail(): Promise<ReturnPage> {
    let asked = 0;
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => {
        fake.on("POST /session", () => (asked++ < 2 ? answer({}, 500) : answer({ token: "session-1" })));
        fake.on("GET /v1/links/current", () => answer(opened));
      },
      LINK + LINK,
    );
    await until(() => page.elements[0]?.status === "failed", "failed");
    return page;
  }

  it("reopens Plaid Link at once with the same token and the received redirect URI", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1&tab=2#top", (fake) => {
      fake.on("GET /v1/links/current", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "open", "open");
    const handler = page.window.fakePlaid?.handlers[0];
    assert.equal(handler?.config.token, "link-sandbox-9");
    assert.equal(handler?.config.receivedRedirectUri, `${RETURN.href}?oauth_state_id=state-1`);
    assert.equal(page.api.to("GET /v1/links/current")[0]?.url.searchParams.get("redirect_uri"), RETURN.href);
    assert.lengthOf(page.api.to("POST /v1/links"), 0);
  });

  it("continues to the linked account", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "open", "open");
    const metadata = { accounts: [{ id: "plaid_acc_1" }], institution: null };
    page.window.fakePlaid?.handlers[0]?.config.onSuccess("public-sandbox-9", metadata);
    await until(() => page.elements[0]?.status === "linked", "linked");
    assert.lengthOf(
      page.events.filter(({ type }) => type === "bank-link-success"),
      1,
    );
    assert.isNull(page.api.to("POST /v1/links/:id/finalize")[0]?.body.institution);
  });

  it("cleans the address before Plaid Link opens, and keeps the rest of it and the history's state", async () => {
    let address = "";
    const page = await loadReturnPage("?a=1&oauth_state_id=state-1&b=%20#top", (fake, { window: scope }) => {
      scope.history.replaceState({ router: 7 }, "");
      scope.document.addEventListener("bank-link-open", () => {
        address = scope.location.search + scope.location.hash;
      });
      fake.on("GET /v1/links/current", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "open", "open");
    assert.equal(address, "?a=1&b=%20#top");
    assert.deepEqual(page.window.history.state, { router: 7 });
  });

  it("requests the link that this tab had opened, not a newer one", async () => {
    sessionStorage.setItem("bank-link", "lnk_9");
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/:id", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "open", "open");
    assert.equal(page.api.to("GET /v1/links/:id")[0]?.url.pathname, "/v1/links/lnk_9");
    assert.lengthOf(page.api.to("GET /v1/links/current"), 0);
  });

  it("uses the address as it was when the module was evaluated", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake, { window: scope }) => {
      // A router that strips the address before the element is connected.
      scope.addEventListener("DOMContentLoaded", () =>
        scope.history.replaceState(null, "", scope.location.pathname),
      );
      fake.on("GET /v1/links/current", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "open", "open");
  });

  it("does nothing but report an exit when there is no link", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", () => problem("not_found", 404, false));
    });
    await until(() => types(page).length > 0, "an event");
    await sleep(20);
    assert.deepEqual(types(page), ["bank-link-exit"]);
    const exit = page.events.find(({ type }) => type === "bank-link-exit");
    assert.deepInclude(exit?.detail, { link_id: null, message: "" });
    assert.equal(page.elements[0]?.status, "idle");
    assert.equal(page.window.location.search, "");
  });

  it("awaits a link that is already finalizing, and announces it once", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", () => answer(linkIn("finalizing", { id: "lnk_9" })));
      fake.on("GET /v1/links/:id", () => answer(linkedLink({ id: "lnk_9" })));
    });
    await until(() => page.elements[0]?.status === "linked", "linked");
    assert.deepEqual(types(page), ["bank-link-pending", "bank-link-success"]);
  });

  it("is done by the element of that mode and account", async () => {
    const refresh = { ...opened, mode: "refresh" as const, account: ACCOUNT };
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(refresh)),
      LINK + REFRESH,
    );
    await until(() => page.elements[1]?.status === "open", "the refresh is open");
    assert.equal(page.elements[0]?.status, "idle");
    assert.lengthOf(page.api.to("GET /v1/links/current"), 1);
  });

  it("says that an account was reconnected, even in an element for linking", async () => {
    const refresh = { ...opened, mode: "refresh" as const, account: ACCOUNT };
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", () => answer(refresh));
      fake.on("POST /v1/links/:id/finalize", () => answer(linkedLink({ id: "lnk_9", mode: "refresh" })));
    });
    await until(() => page.elements[0]?.status === "open", "open");
    page.window.fakePlaid?.handlers[0]?.config.onSuccess(null, {});
    await until(() => page.elements[0]?.status === "linked", "linked");
    await page.elements[0]?.updateComplete;
    const said = page.elements[0]?.shadowRoot?.querySelector("[part=message]")?.textContent;
    assert.equal(said, "Bank account reconnected");
  });

  for (const [when, interrupted] of [
    ["while the link is requested", "GET /v1/links/current"],
    ["while Plaid Link loads", "nothing"],
  ] as const) {
    it(`is continued by an element that was removed ${when} and is re-added`, async () => {
      const slow = deferred();
      const page = await loadReturnPage("?oauth_state_id=state-1", (fake, { window: scope }) => {
        fake.on("GET /v1/links/current", () => answer(opened));
        if (interrupted !== "nothing") fake.on(interrupted, slow.handler);
        else Object.assign(scope, { fakePlaid: { loads: false } });
      });
      const [element] = page.elements;
      const handlers = () => page.window.fakePlaid?.handlers ?? [];
      await until(() => page.api.to("GET /v1/links/current").length === 1, "the link was requested");
      if (interrupted === "nothing") await until(() => handlers().length === 1, "Plaid Link is loading");
      element?.remove();
      await sleep(20);
      assert.equal(element?.status, "idle");
      assert.include(page.window.location.search, "oauth_state_id", "it has not been used yet");
      slow.answer(answer(opened));
      if (page.window.fakePlaid) page.window.fakePlaid.loads = true;
      if (interrupted !== "nothing") page.api.on("GET /v1/links/current", () => answer(opened));
      if (element) page.window.document.body.append(element);
      await until(() => element?.status === "open", "open");
      assert.include(handlers().at(-1)?.config.receivedRedirectUri, "oauth_state_id=state-1");
      assert.lengthOf(page.api.to("POST /v1/links"), 0);
    });
  }

  it("is continued by an element that was removed when the answer arrived", async () => {
    const slow = deferred();
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", slow.handler);
    });
    const [element] = page.elements;
    await until(() => page.api.to("GET /v1/links/current").length === 1, "the link was requested");
    element?.remove();
    await sleep(20);
    slow.answer(answer(opened));
    await sleep(20);
    page.api.on("GET /v1/links/current", () => answer(opened));
    if (element) page.window.document.body.append(element);
    await until(() => element?.status === "open", "open");
  });

  for (const [cause, begin] of [
    ["focus", (element) => element?.dispatchEvent(new Event("focusin"))],
    ["a pointer", (element) => element?.dispatchEvent(new Event("pointerenter"))],
    ["the page's own open()", (element) => void element?.open()],
  ] as [string, (element: BankLinkElement | undefined) => void][]) {
    it(`is not replaced by what ${cause} starts`, async () => {
      const slow = deferred();
      const page = await loadReturnPage(
        "?oauth_state_id=state-1",
        (fake) => fake.on("GET /v1/links/current", slow.handler),
        LINK.replace(' preload="none"', ""),
      );
      const [element] = page.elements;
      begin(element);
      await until(() => page.api.to("GET /v1/links/current").length === 1, "the link was requested");
      await sleep(50);
      assert.equal(element?.status, "preparing");
      slow.answer(answer(opened));
      await until(() => element?.status === "open", "open");
      assert.equal(page.window.fakePlaid?.handlers.at(-1)?.config.token, "link-sandbox-9");
    });
  }

  it("does not disturb a finalization that can be tried again when the resuming element is removed", async () => {
    const page = await loadAndFail();
    page.api.on("POST /v1/links/:id/finalize", () =>
      problem("provider_unavailable", 503, true, { "Retry-After": "99" }),
    );
    const [first, second] = page.elements;
    void second?.open();
    await until(() => second?.status === "open", "open");
    page.window.fakePlaid?.handlers.at(-1)?.config.onSuccess("public-sandbox-1", { accounts: [{ id: "1" }] });
    await until(() => second?.status === "failed", "failed");
    first?.remove();
    await sleep(50);
    assert.equal(second?.status, "failed");
    page.api.on("POST /v1/links/:id/finalize", () => answer(linkedLink({ id: "lnk_1" })));
    assert.equal((await second?.open())?.status, "linked");
  });

  it("does not stop an element that is finalizing", async () => {
    const slow = deferred();
    const finalize = deferred();
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => {
        fake.on("GET /v1/links/current", slow.handler);
        fake.on("POST /v1/links/:id/finalize", finalize.handler);
      },
      LINK + REFRESH,
    );
    const [, second] = page.elements;
    await until(() => page.api.to("GET /v1/links/current").length === 1, "the link was requested");
    const outcome = second?.open();
    await until(() => second?.status === "open", "open");
    page.window.fakePlaid?.handlers.at(-1)?.config.onSuccess(null, {});
    await until(() => second?.status === "finalizing", "finalizing");
    slow.answer(answer({ ...opened, mode: "refresh", account: ACCOUNT }));
    await sleep(20);
    finalize.answer(answer(linkedLink({ id: "lnk_1", mode: "refresh" })));
    assert.equal((await outcome)?.status, "linked");
  });

  for (const at of ["open", "linked"] as const) {
    it(`does not disturb an element that is ${at} when the resuming element is removed`, async () => {
      const page = await loadAndFail();
      const [first, second] = page.elements;
      second?.shadowRoot?.querySelector("button")?.click();
      await until(() => second?.status === "open", "open");
      const handler = page.window.fakePlaid?.handlers.at(-1);
      if (at === "linked") handler?.config.onSuccess("public-sandbox-1", { accounts: [{ id: "1" }] });
      await until(() => second?.status === at, at);
      first?.remove();
      await sleep(50);
      assert.equal(second?.status, at);
      if (at === "open") assert.notInclude(handler?.calls ?? [], "destroy");
    });
  }

  it("is reported as an exit without a link when it fits no element", async () => {
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(opened)),
      REFRESH,
    );
    await until(() => types(page).length > 0, "an event");
    await sleep(20);
    assert.deepEqual(types(page), ["bank-link-exit"]);
    assert.equal(page.elements[0]?.status, "idle");
    assert.equal(page.window.location.search, "");
  });

  it("is continued by another element when the resuming one is removed", async () => {
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake, { window: scope }) => {
        fake.on("GET /v1/links/current", () => answer(opened));
        Object.assign(scope, { fakePlaid: { loads: false } });
      },
      LINK + LINK,
    );
    const [first, second] = page.elements;
    await until(() => page.window.fakePlaid?.handlers?.length === 1, "Plaid Link is loading");
    if (page.window.fakePlaid) page.window.fakePlaid.loads = true;
    first?.remove();
    await until(() => second?.status === "open", "the other element is open");
    assert.equal(first?.status, "idle");
  });

  it("is done by the first element without refresh-account when none matches mode and account", async () => {
    const refresh = { ...opened, mode: "refresh" as const, account: { ...ACCOUNT, id: "acc_7" } };
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(refresh)),
      REFRESH + LINK + LINK,
    );
    await until(() => page.elements[1]?.status === "open", "the first that links is open");
    assert.deepEqual(
      page.elements.map(({ status }) => status),
      ["idle", "open", "idle"],
    );
  });

  it("is done by the first of two that match", async () => {
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(opened)),
      REFRESH + LINK + LINK,
    );
    await until(() => page.elements[1]?.status === "open", "the first that links is open");
    await sleep(20);
    assert.deepEqual(
      page.elements.map(({ status }) => status),
      ["idle", "open", "idle"],
    );
    assert.equal(page.window.fakePlaid?.handlers.length, 1);
  });

  for (const [what, stored] of [
    ["gone", () => problem("not_found", 404, false)],
    ["canceled", () => answer(linkIn("canceled"))],
  ] as const) {
    it(`requests the current link when the stored one is ${what}`, async () => {
      sessionStorage.setItem("bank-link", "lnk_old");
      const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
        fake.on("GET /v1/links/:id", stored);
        fake.on("GET /v1/links/current", () => answer(opened));
      });
      await until(() => page.elements[0]?.status === "open", "open");
      assert.equal(page.window.fakePlaid?.handlers[0]?.config.token, "link-sandbox-9");
    });
  }

  it("is not disturbed by moving the element", async () => {
    const current = deferred();
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.on("GET /v1/links/current", current.handler);
    });
    await until(() => page.api.to("GET /v1/links/current").length === 1, "the link was requested");
    const section = page.window.document.createElement("section");
    page.window.document.body.append(section);
    if (page.elements[0]) section.append(page.elements[0]);
    await sleep(10);
    current.answer(answer(opened));
    await until(() => page.elements[0]?.status === "open", "open");
    assert.lengthOf(page.api.to("GET /v1/links/current"), 1);
  });

  it("is done by an element that is added after a router has stripped the address", async () => {
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(opened)),
      "<bank-link></bank-link>",
    );
    page.window.history.replaceState(null, "", RETURN.pathname);
    page.elements[0]?.insertAdjacentHTML("afterend", LINK);
    const late = page.elements[0]?.nextElementSibling as BankLinkElement;
    await until(() => late.status === "open", "open");
    assert.include(page.window.fakePlaid?.handlers[0]?.config.receivedRedirectUri, "oauth_state_id=state-1");
  });

  it("waits until the page has configured a session", async () => {
    const page = await loadReturnPage(
      "?oauth_state_id=state-1",
      (fake) => fake.on("GET /v1/links/current", () => answer(opened)),
      "<bank-link></bank-link>",
    );
    await sleep(20);
    assert.equal(page.elements[0]?.status, "idle");
    if (page.elements[0]) page.elements[0].getSession = async () => "from-function";
    await until(() => page.elements[0]?.status === "open", "open");
  });

  it("tries the same return again after the API was unreachable", async () => {
    const page = await loadReturnPage("?oauth_state_id=state-1", (fake) => {
      fake.onEach(
        "POST /session",
        () => answer({}, 500),
        () => answer({}, 500),
        () => answer({ token: "session-1" }),
      );
      fake.on("GET /v1/links/current", () => answer(opened));
    });
    await until(() => page.elements[0]?.status === "failed", "failed");
    assert.include(page.window.location.search, "oauth_state_id");
    page.elements[0]?.shadowRoot?.querySelector("button")?.click();
    await until(() => page.elements[0]?.status === "open", "open");
    assert.include(page.window.fakePlaid?.handlers[0]?.config.receivedRedirectUri, "oauth_state_id=state-1");
  });
});

describe("coming back to a page that was left while finalizing", () => {
  it("awaits the outcome and announces it once", async () => {
    sessionStorage.setItem("bank-link", "lnk_9");
    const page = await loadReturnPage("", (fake) => {
      fake.onEach(
        "GET /v1/links/:id",
        () => answer(linkIn("finalizing", { id: "lnk_9" })),
        () => answer(linkedLink({ id: "lnk_9" })),
      );
    });
    await until(() => page.elements[0]?.status === "linked", "linked");
    assert.lengthOf(
      page.events.filter(({ type }) => type === "bank-link-success"),
      1,
    );
    assert.isNull(sessionStorage.getItem("bank-link"));
  });

  it("announces success by one element only", async () => {
    sessionStorage.setItem("bank-link", "lnk_9");
    const page = await loadReturnPage(
      "",
      (fake) => fake.on("GET /v1/links/:id", () => answer(linkedLink({ id: "lnk_9" }))),
      LINK + LINK,
    );
    await until(() => page.elements[0]?.status === "linked", "linked");
    await sleep(20);
    assert.deepEqual(types(page), ["bank-link-success"]);
    assert.equal(page.elements[1]?.status, "idle");
  });

  it("announces a failure once", async () => {
    sessionStorage.setItem("bank-link", "lnk_9");
    const page = await loadReturnPage("", (fake) => {
      fake.on("GET /v1/links/:id", () => answer(failedLink("duplicate_account", false, { id: "lnk_9" })));
    });
    await until(() => page.elements[0]?.status === "failed", "failed");
    assert.deepEqual(types(page), ["bank-link-error"]);
    assert.equal(page.events.at(-1)?.detail.code, "duplicate_account");
    assert.isNull(sessionStorage.getItem("bank-link"));
  });

  it("says nothing about a link that was left before success", async () => {
    sessionStorage.setItem("bank-link", "lnk_9");
    const page = await loadReturnPage("", (fake) => {
      fake.on("GET /v1/links/:id", () => answer(readyLink({ id: "lnk_9" })));
    });
    await until(() => page.api.to("GET /v1/links/:id").length === 1, "the link was requested");
    await sleep(20);
    assert.deepEqual(types(page), []);
    assert.equal(page.elements[0]?.status, "idle");
    assert.isNull(sessionStorage.getItem("bank-link"));
  });
});
