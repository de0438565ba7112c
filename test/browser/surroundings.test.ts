import { assert } from "chai";
import { FakeApi } from "./fake-api.ts";
import { add, LINK, lastHandler, leave, openPlaidLink, sleep, state, succeed, until } from "./page.ts";

/** The element at the center of the page. */
function hit(): Element | null {
  return document.elementFromPoint(innerWidth / 2, innerHeight / 2);
}

describe("inside a modal dialog", () => {
  const DIALOG = `<dialog style="width:90vw;height:90vh">${LINK}</dialog>`;

  it("lets Plaid Link be used above it, and removes its own dialog afterwards", async () => {
    const element = await add(DIALOG);
    const dialog = element.closest("dialog") as HTMLDialogElement;
    dialog.showModal();
    await openPlaidLink(element);
    assert.isTrue(hit() === lastHandler().frame);
    const container = lastHandler().frame.closest("dialog") as HTMLDialogElement;
    assert.isTrue(container.matches(":modal"));
    leave();
    await state(element, "canceled");
    assert.isFalse(container.open, "the page's dialog can be used at once");
    assert.isTrue(dialog.open);
    await until(() => !container.isConnected, "the container is gone");
  });

  it("is found through shadow roots and slots", async () => {
    const element = await add(`<div></div>${LINK}`);
    const outer = element.previousElementSibling as HTMLElement;
    const root = outer.attachShadow({ mode: "open" });
    root.innerHTML = "<dialog><slot></slot></dialog>";
    outer.append(element);
    root.querySelector("dialog")?.showModal();
    await openPlaidLink(element);
    assert.isTrue(hit() === lastHandler().frame);
  });

  it("lets a Plaid Link be used that was preloaded before the element was moved there", async () => {
    const element = await add(LINK.replace("none", "load"));
    await state(element, "ready");
    const dialog = document.createElement("dialog");
    dialog.dataset.test = "";
    document.body.append(dialog);
    dialog.append(element);
    dialog.showModal();
    await openPlaidLink(element);
    assert.isTrue(hit() === lastHandler().frame);
  });

  it("does not close Plaid Link with Escape", async () => {
    const element = await add(DIALOG);
    element.closest("dialog")?.showModal();
    await openPlaidLink(element);
    const container = lastHandler().frame.closest("dialog") as HTMLDialogElement;
    const cancel = new Event("cancel", { cancelable: true });
    container.dispatchEvent(cancel);
    assert.isTrue(cancel.defaultPrevented);
  });

  it("leaves nothing behind when it is removed while Plaid Link is open", async () => {
    const element = await add(DIALOG);
    element.closest("dialog")?.showModal();
    await openPlaidLink(element);
    element.closest("dialog")?.remove();
    await sleep(10);
    assert.equal(document.querySelectorAll("dialog").length, 0);
  });
});

describe("inside a popover", () => {
  it("lets Plaid Link be used above it, and the popover stays", async () => {
    const element = await add(`<div popover style="width:90vw;height:90vh">${LINK}</div>`);
    const popover = element.parentElement as HTMLElement;
    popover.showPopover();
    await openPlaidLink(element);
    assert.isTrue(hit() === lastHandler().frame);
    succeed();
    await state(element, "linked");
    assert.isTrue(popover.matches(":popover-open"));
  });
});

describe("where dialogs and popovers meet", () => {
  const STYLE = `style="width:90vw;height:90vh"`;
  const BOTH = {
    "a popover in a modal dialog": `<dialog ${STYLE}><div popover="manual" ${STYLE}>${LINK}</div></dialog>`,
    "a modal dialog in a popover": `<div popover="manual" ${STYLE}><dialog ${STYLE}>${LINK}</dialog></div>`,
  };
  for (const [what, markup] of Object.entries(BOTH)) {
    it(`lets Plaid Link be used above ${what}, and both stay`, async () => {
      const element = await add(markup);
      const inner = element.parentElement as HTMLElement;
      const around = [inner.parentElement as HTMLElement, inner];
      for (const one of around) {
        if (one instanceof HTMLDialogElement) one.showModal();
        else one.showPopover();
      }
      await openPlaidLink(element);
      assert.isTrue(hit() === lastHandler().frame);
      leave();
      await state(element, "canceled");
      for (const one of around) assert.isTrue(one.matches(":modal, :popover-open"), one.localName);
    });
  }
});

describe("elsewhere", () => {
  it("leaves the frame where Plaid put it", async () => {
    await openPlaidLink(await add(LINK));
    assert.isTrue(lastHandler().frame.parentElement === document.body);
  });
});

describe("under a strict Content-Security-Policy", () => {
  it("with nonce and trusted types links an account without a violation", async () => {
    const violations: string[] = [];
    let fake: FakeApi | undefined;
    const frame = document.createElement("iframe");
    frame.dataset.test = "";
    frame.src = new URL("./strict-page.html", import.meta.url).href;
    Object.assign(window, {
      beforeElement(scope: Window) {
        fake = new FakeApi(scope);
        scope.document.addEventListener("securitypolicyviolation", (violation) => {
          const { violatedDirective, blockedURI, sample } = violation;
          // The dev server puts a script of its own on every page.
          if (blockedURI.includes("__web-dev-server")) return;
          violations.push(`${violatedDirective} ${blockedURI} ${sample}`);
        });
      },
    });
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener("load", resolve));
    const scope = frame.contentWindow as Window & { fakePlaid?: FakePlaid };
    const element = frame.contentDocument?.querySelector("bank-link");
    await until(() => element?.status === "idle", "upgraded");
    element?.shadowRoot?.querySelector("button")?.click();
    await until(() => element?.status === "open" || violations.length, "open");
    scope.fakePlaid?.handlers[0]?.config.onSuccess("public-sandbox-1", { accounts: [{ id: "1" }] });
    await until(() => element?.status === "linked" || violations.length, "linked");
    assert.deepEqual(violations, []);
    assert.deepEqual(fake?.unexpected, []);
    assert.equal(element && getComputedStyle(element).display, "grid", "the style sheet applies");
  });
});
