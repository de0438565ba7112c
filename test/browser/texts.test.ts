import { assert } from "chai";
import { BankLinkElement } from "../../component/index.ts";
import {
  add,
  api,
  button,
  LINK,
  message,
  openPlaidLink,
  part,
  sleep,
  state,
  succeed,
  until,
} from "./page.ts";
import { reach, STATES } from "./reach.ts";

function inside(element: BankLinkElement, selector: string): Element {
  const found = element.shadowRoot?.querySelector(selector);
  assert.exists(found, selector);
  return found as Element;
}

const label = (element: BankLinkElement) => button(element).textContent?.trim();

const LABELS: Record<string, string> = {
  en: "Link your bank account",
  fr: "Associer votre compte bancaire",
  es: "Vincular su cuenta bancaria",
  nl: "Uw bankrekening koppelen",
  de: "Bankkonto verknüpfen",
};

describe("the texts", () => {
  for (const [language, text] of Object.entries(LABELS)) {
    it(`are there in ${language}`, async () => {
      const element = await add(LINK);
      element.language = language;
      await until(() => label(element) === text, text);
    });
  }

  it("are all there in every language", async () => {
    const { default: en } = await import("../../component/messages/en.ts");
    for (const language of ["fr", "es", "nl", "de"]) {
      const module = (await import(`../../component/messages/${language}.ts`)) as { default: typeof en };
      assert.sameMembers(Object.keys(module.default), Object.keys(en), language);
      assert.sameMembers(Object.keys(module.default.errors), Object.keys(en.errors), language);
      assert.include(module.default.accountEnding, "{mask}", language);
    }
  });

  it("follow the nearest lang, through shadow roots", async () => {
    const element = await add(`<div lang="de-AT"><section></section>${LINK}</div>`);
    const root = element.parentElement?.querySelector("section")?.attachShadow({ mode: "open" });
    root?.append(element);
    await until(() => label(element) === LABELS.de, "German");
  });

  it("are in the language of the link request", async () => {
    const element = await add(`<div lang="fr-CA">${LINK}</div>`);
    await openPlaidLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.body.language, "fr-CA");
  });

  it("are English for an unknown language", async () => {
    const element = await add(LINK);
    element.language = "tlh";
    await element.updateComplete;
    assert.equal(label(element), LABELS.en);
  });

  for (const at of ["ready", "canceled"] as const) {
    it(`of the button in ${at} say what a click does`, async () => {
      const element = await add(LINK);
      await reach[at](element);
      element.refreshAccount = "acc_1";
      await element.updateComplete;
      assert.equal(button(element).textContent?.trim(), "Reconnect your bank account");
    });
  }

  it("can be replaced one by one for an element", async () => {
    const element = await add(LINK);
    element.messages = { link: "Add bank", errors: { multiple_accounts: "One only!" } };
    await element.updateComplete;
    assert.equal(label(element), "Add bank");
    assert.include(part(element, "hint")?.textContent, "secure window");
    await openPlaidLink(element);
    succeed({ accounts: [{ id: "1" }, { id: "2" }] });
    await state(element, "failed");
    assert.equal(await message(element), "One only!");
  });

  it("can be replaced for all elements", async () => {
    BankLinkElement.messages = { link: "Everywhere" };
    assert.equal(label(await add(LINK)), "Everywhere");
  });

  it("are left out where they are empty", async () => {
    const element = await add(LINK);
    element.messages = { hint: "" };
    await element.updateComplete;
    assert.notExists(part(element, "hint"));
  });
});

describe("the texts of another language", () => {
  let page: HTMLIFrameElement;

  /** A page whose modules no test has loaded yet. */
  async function fresh(): Promise<{ element: BankLinkElement; loaded: () => string[] }> {
    page = document.createElement("iframe");
    page.dataset.test = "";
    page.src = new URL("./return-page.html", import.meta.url).href;
    Object.assign(window, {
      beforeElement: (scope: Window) =>
        scope.document.body.insertAdjacentHTML("afterbegin", "<bank-link></bank-link>"),
    });
    document.body.append(page);
    await new Promise((resolve) => page.addEventListener("load", resolve));
    const element = page.contentDocument?.querySelector("bank-link") as BankLinkElement;
    await until(() => element.status, "the element was upgraded");
    const loaded = () =>
      (page.contentWindow?.performance.getEntriesByType("resource") ?? [])
        .map(({ name }) => name.match(/messages\/(\w\w)\.ts/)?.[1] ?? "")
        .filter((language) => language !== "" && language !== "en");
    return { element, loaded };
  }

  it("are loaded when they are used, and no others", async () => {
    const { element, loaded } = await fresh();
    await element.updateComplete;
    assert.deepEqual(loaded(), []);
    element.language = "fr";
    await until(() => label(element) === LABELS.fr, "French");
    assert.deepEqual(loaded(), ["fr"]);
  });

  it("are English if they cannot be loaded, and nothing is thrown", async () => {
    const { element } = await fresh();
    const unhandled: unknown[] = [];
    page.contentWindow?.addEventListener("unhandledrejection", ({ reason }) => unhandled.push(reason));
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'none'">`;
    page.contentDocument?.head.insertAdjacentHTML("beforeend", policy);
    element.language = "fr";
    await sleep(100);
    assert.equal(label(element), LABELS.en);
    assert.isEmpty(unhandled);
    element.messages = { link: "Add bank" };
    await element.updateComplete;
    assert.equal(label(element), "Add bank");
  });
});

describe("the texts, all replaced,", () => {
  for (const at of STATES) {
    it(`leave no built-in text in ${at}`, async () => {
      const { default: en } = await import("../../component/messages/en.ts");
      const { errors, ...texts } = en;
      const marked = (of: object) => Object.fromEntries(Object.keys(of).map((key) => [key, `«${key}»`]));
      BankLinkElement.messages = {
        ...marked(texts),
        errors: marked({ account_metadata_missing: "", ...errors }),
      };
      const element = await add(LINK);
      element.multiple = true;
      await reach[at](element);
      await element.updateComplete;
      const shown = element.shadowRoot?.textContent ?? "";
      assert.include(shown, "«");
      for (const text of [...Object.values(texts), ...Object.values(errors)]) {
        assert.notInclude(shown, text.replace("{mask}", "0000"));
      }
      element.required = true;
      element.value = "";
      await element.updateComplete;
      assert.equal(element.validationMessage, "«required»");
    });
  }
});

describe("slots", () => {
  const slotted = (content: string) =>
    `<bank-link session-url="/session" preload="none">${content}</bank-link>`;

  function shows(element: BankLinkElement, selector: string): boolean {
    return (element.querySelector(selector) as HTMLElement | null)?.checkVisibility() ?? false;
  }

  it("replace the button's label", async () => {
    const element = await add(slotted("<b>Connect</b>"));
    assert.isTrue(shows(element, "b"));
    await openPlaidLink(element);
  });

  it("replace the trigger, and a click on it opens Plaid Link", async () => {
    const element = await add(slotted('<button slot="trigger">Mine</button>'));
    element.querySelector("button")?.click();
    await state(element, "open");
  });

  it("replace what success shows", async () => {
    const element = await add(slotted('<p slot="linked">Done</p>'));
    assert.isFalse(shows(element, "p"));
    await reach.linked(element);
    assert.isTrue(shows(element, "p"));
  });

  it("replace what a failure shows", async () => {
    const element = await add(slotted('<p slot="error">Call us</p>'));
    assert.isFalse(shows(element, "p"));
    await reach.failed(element);
    assert.isTrue(shows(element, "p"));
  });
});

describe("styles", () => {
  it("can be set by custom properties and parts", async () => {
    const element = await add(`<style>bank-link::part(button){letter-spacing:3px}</style>${LINK}`);
    element.style.setProperty("--bank-link-accent", "rgb(1, 2, 3)");
    const { backgroundColor, letterSpacing } = getComputedStyle(button(element));
    assert.equal(backgroundColor, "rgb(1, 2, 3)");
    assert.equal(letterSpacing, "3px");
  });

  const PARTS = {
    button: "idle",
    hint: "idle",
    status: "canceled",
    message: "canceled",
    spinner: "preparing",
  } as const;
  for (const [name, at] of Object.entries(PARTS)) {
    it(`can be set for the part ${name}`, async () => {
      const element = await add(`<style>bank-link::part(${name}){letter-spacing:3px}</style>${LINK}`);
      await reach[at](element);
      assert.equal(getComputedStyle(part(element, name) as HTMLElement).letterSpacing, "3px");
    });
  }

  const COLOR = "rgb(1, 2, 3)";
  for (const [name, value, at, selector, shownBy] of [
    ["accent", COLOR, "idle", "button", "backgroundColor"],
    ["on-accent", COLOR, "idle", "button", "color"],
    ["muted", COLOR, "idle", "[part=hint]", "color"],
    ["surface", COLOR, "failed", "[part=status]", "backgroundColor"],
    ["border", COLOR, "failed", "[part=status]", "borderTopColor"],
    ["radius", "7px", "idle", "button", "borderTopLeftRadius"],
    ["success", COLOR, "linked", ".badge", "backgroundColor"],
    ["danger", COLOR, "failed", ".failed svg", "color"],
  ] as const) {
    it(`can be set by --bank-link-${name}`, async () => {
      const element = await add(LINK);
      element.style.setProperty(`--bank-link-${name}`, value);
      await reach[at](element);
      assert.equal(getComputedStyle(inside(element, selector))[shownBy], value);
    });
  }

  it("slow the spinner down for reduced motion", async () => {
    const element = await add(LINK);
    await reach.preparing(element);
    const root = element.shadowRoot as ShadowRoot;
    const duration = () => getComputedStyle(inside(element, "[part=spinner]")).animationDuration;
    assert.equal(duration(), matchMedia("(prefers-reduced-motion: reduce)").matches ? "4s" : "0.8s");
    // A page cannot change this preference of the browser, so the rules for it are applied directly.
    const reduced = new CSSStyleSheet();
    for (const rule of root.adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules])) {
      if (!(rule instanceof CSSMediaRule) || !rule.conditionText.includes("prefers-reduced-motion: reduce"))
        continue;
      for (const { cssText } of rule.cssRules) reduced.insertRule(cssText);
    }
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, reduced];
    assert.equal(duration(), "4s");
  });

  for (const [at, selector] of [
    ["idle", "button"],
    ["failed", "[part=status]"],
    ["linked", "[part=status]"],
  ] as const) {
    it(`leave a border for forced colours around the ${selector} in ${at}`, async () => {
      const element = await add(LINK);
      await reach[at](element);
      const { borderTopStyle, borderTopWidth } = getComputedStyle(inside(element, selector));
      assert.deepEqual([borderTopStyle, borderTopWidth], ["solid", "1px"]);
      const { color, stroke } = getComputedStyle(inside(element, "svg"));
      assert.equal(stroke, color, "a picture has the colour of the text");
    });
  }

  it("can come from a theme of the page, such as the example", async () => {
    const theme = new URL("../../component/themes/evergreen.css", import.meta.url);
    const element = await add(`<link rel="stylesheet" href="${theme}">${LINK}`);
    const sheet = element.previousElementSibling as HTMLLinkElement;
    await until(() => sheet.sheet, "the theme is loaded");
    (element.parentElement as HTMLElement).style.colorScheme = "light";
    const { backgroundColor, borderRadius } = getComputedStyle(button(element));
    assert.deepEqual([backgroundColor, borderRadius], ["rgb(20, 83, 45)", "28px"]);
    assert.include(getComputedStyle(element).fontFamily, "Georgia");
  });

  it("follow the page's color-scheme", async () => {
    const element = await add(LINK);
    const light = getComputedStyle(button(element)).backgroundColor;
    (element.parentElement as HTMLElement).style.colorScheme = "dark";
    assert.notEqual(getComputedStyle(button(element)).backgroundColor, light);
  });

  it("hide with the hidden attribute", async () => {
    const element = await add(LINK);
    element.hidden = true;
    assert.equal(getComputedStyle(element).display, "none");
  });
});
