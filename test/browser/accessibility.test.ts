import { assert } from "chai";
import type { BankLinkElement } from "../../component/index.ts";
import {
  add,
  api,
  button,
  LINK,
  lastHandler,
  leave,
  openPlaidLink,
  part,
  sleep,
  state,
  succeed,
} from "./page.ts";
import { reach, STATES } from "./reach.ts";

interface Axe {
  run(
    context: Element,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

before(async () => {
  const script = document.createElement("script");
  script.src = "/node_modules/axe-core/axe.min.js";
  document.head.append(script);
  await new Promise((resolve) => script.addEventListener("load", resolve));
});

async function violations(element: BankLinkElement): Promise<string[]> {
  await element.updateComplete;
  const { axe } = window as unknown as { axe: Axe };
  const rules = { region: { enabled: false } };
  const found = await axe.run(element, { rules, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary}`));
}

describe("axe finds no violation", () => {
  for (const scheme of ["light", "dark"]) {
    for (const at of STATES) {
      it(`in ${at}, ${scheme}`, async () => {
        const element = await add(LINK);
        const box = element.parentElement as HTMLElement;
        box.style.cssText = `color-scheme:${scheme};background:${scheme === "dark" ? "#10161d;color:#eef3f8" : "#fff"}`;
        await reach[at](element);
        if (at === "open") lastHandler().frame.style.display = "none";
        assert.deepEqual(await violations(element), []);
      });
    }
  }
});

describe("focus", () => {
  it("goes to the button when the element is focused", async () => {
    const element = await add(LINK);
    element.focus();
    assert.isTrue(element.shadowRoot?.activeElement === button(element));
  });

  it("goes to the button when the browser focuses the element by itself", async () => {
    const element = await add(LINK);
    HTMLElement.prototype.focus.call(element);
    assert.isTrue(element.shadowRoot?.activeElement === button(element));
  });

  for (const [how, end] of [
    ["left", () => leave()],
    ["succeeded", () => succeed()],
    ["failed", () => succeed({})],
  ] as const) {
    it(`returns to the button after the customer has ${how}`, async () => {
      const element = await add(LINK);
      element.multiple = true;
      button(element).focus();
      await openPlaidLink(element);
      lastHandler().frame.focus();
      end();
      await sleep(30);
      assert.isTrue(document.activeElement === element);
      assert.isTrue(element.shadowRoot?.activeElement === button(element));
    });
  }

  it("stays where the page has moved it meanwhile", async () => {
    const element = await add(`${LINK}<input>`);
    await openPlaidLink(element);
    const input = element.nextElementSibling as HTMLInputElement;
    input.focus();
    leave();
    await sleep(30);
    assert.isTrue(document.activeElement === input);
  });

  it("stays where the page's own listener of success has moved it", async () => {
    const element = await add(`${LINK}<input>`);
    const input = element.nextElementSibling as HTMLInputElement;
    button(element).focus();
    await openPlaidLink(element);
    for (const type of ["bank-link-statechange", "bank-link-success", "change"])
      element.addEventListener(type, () => element.status === "linked" && input.focus());
    succeed();
    await state(element, "linked");
    await sleep(30);
    assert.isTrue(document.activeElement === input);
  });

  it("goes to a trigger that another component's slot hands on", async () => {
    const element = await add(LINK);
    const outer = document.createElement("div");
    outer.innerHTML = "<button>Go</button>";
    element.before(outer);
    const root = outer.attachShadow({ mode: "open" });
    root.append(element);
    const slot = Object.assign(document.createElement("slot"), { slot: "trigger" });
    element.append(slot);
    await element.updateComplete;
    element.focus();
    assert.isTrue(document.activeElement === outer.firstElementChild);
  });

  it("is not lost when success takes the button away", async () => {
    const element = await add(LINK);
    button(element).focus();
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    await sleep(30);
    assert.isTrue(document.activeElement === element);
    assert.include(element.shadowRoot?.activeElement?.textContent, "First Platypus Bank");
  });

  for (const [whose, content] of [
    ["trigger", '<button slot="trigger">Go</button>'],
    ["success content", '<p slot="linked">Done</p>'],
  ] as const) {
    it(`is not lost with the page's own ${whose}`, async () => {
      const element = await add(LINK.replace("</bank-link>", `${content}</bank-link>`));
      element.focus();
      await openPlaidLink(element);
      succeed();
      await state(element, "linked");
      await sleep(30);
      assert.isTrue(document.activeElement === element);
      assert.isTrue(element.shadowRoot?.activeElement === part(element, "status"));
    });
  }

  it("returns to the page's own trigger", async () => {
    const element = await add(
      `<bank-link session-url="/session" preload="none"><button slot="trigger">Go</button></bank-link>`,
    );
    const trigger = element.querySelector("button") as HTMLButtonElement;
    trigger.click();
    await state(element, "open");
    lastHandler().frame.focus();
    leave();
    await sleep(30);
    assert.isTrue(document.activeElement === trigger);
  });
});

describe("the button", () => {
  it("is aria-disabled, never disabled, while the customer waits", async () => {
    const element = await add(LINK);
    button(element).focus();
    const proceed = await reach.finalizing(element);
    assert.equal(button(element).ariaDisabled, "true");
    assert.isFalse(button(element).disabled);
    proceed();
  });

  it("does nothing while the customer waits", async () => {
    const element = await add(LINK);
    const proceed = await reach.preparing(element);
    button(element).click();
    proceed();
    await state(element, "open");
    assert.lengthOf(api.to("POST /v1/links"), 1);
  });

  it("is large enough for a thumb", async () => {
    const { height } = button(await add(LINK)).getBoundingClientRect();
    assert.isAtLeast(height, 44);
  });

  it("stays inside a narrow column, and grows with the text", async () => {
    const element = await add(`<div style="width:160px;font-size:32px">${LINK}</div>`);
    element.style.font = "inherit";
    const outer = element.parentElement?.getBoundingClientRect();
    const inner = button(element).getBoundingClientRect();
    assert.isAtMost(inner.right, outer?.right ?? 0);
    assert.isAtMost(button(element).scrollWidth, button(element).clientWidth);
  });

  it("puts its icon first in the text's direction", async () => {
    const element = await add(`<div dir="rtl">${LINK}</div>`);
    const picture = button(element).querySelector("svg")?.getBoundingClientRect();
    const { left, width } = button(element).getBoundingClientRect();
    assert.isAbove(picture?.left ?? 0, left + width / 2);
  });
});

describe("the live region", () => {
  it("is polite, and present before its first text", async () => {
    const status = part(await add(LINK), "status");
    assert.equal(status?.getAttribute("role"), "status");
    assert.equal(status?.textContent?.trim(), "");
  });

  it("announces each text once", async () => {
    const element = await add(LINK);
    const said: string[] = [];
    const status = part(element, "status") as HTMLElement;
    new MutationObserver(() => {
      const text = status.textContent?.trim() ?? "";
      if (text) said.push(text);
    }).observe(status, { childList: true, subtree: true, characterData: true });
    await openPlaidLink(element);
    leave();
    await state(element, "canceled");
    await sleep(30);
    element.requestUpdate();
    await sleep(30);
    assert.deepEqual(said, [
      "Preparing a secure connection…",
      "Bank account linking was canceled. You can try again at any time.",
    ]);
  });
});
