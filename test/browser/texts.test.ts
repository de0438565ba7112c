import { assert } from "chai";
import { BankLinkElement } from "../../component/index.ts";
import { add, api, button, LINK, message, openLink, part, state, succeed, until } from "./page.ts";
import { WAYS } from "./ways.ts";

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

  it("are asked of the API in the same language", async () => {
    const element = await add(`<div lang="fr-CA">${LINK}</div>`);
    await openLink(element);
    assert.equal(api.to("POST /v1/links")[0]?.body.language, "fr-CA");
  });

  it("are English where there is no such language", async () => {
    const element = await add(LINK);
    element.language = "tlh";
    await element.updateComplete;
    assert.equal(label(element), LABELS.en);
  });

  it("can be replaced for one element, and the rest stays", async () => {
    const element = await add(LINK);
    element.messages = { link: "Add bank", errors: { multiple_accounts: "One only!" } };
    await element.updateComplete;
    assert.equal(label(element), "Add bank");
    assert.include(part(element, "hint")?.textContent, "secure window");
    await openLink(element);
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

describe("slots", () => {
  const slotted = (content: string) =>
    `<bank-link session-url="/session" preload="none">${content}</bank-link>`;

  function shows(element: BankLinkElement, selector: string): boolean {
    return (element.querySelector(selector) as HTMLElement | null)?.checkVisibility() ?? false;
  }

  it("take the button's label", async () => {
    const element = await add(slotted("<b>Connect</b>"));
    assert.isTrue(shows(element, "b"));
    await openLink(element);
  });

  it("take another trigger, which opens Link", async () => {
    const element = await add(slotted('<button slot="trigger">Mine</button>'));
    element.querySelector("button")?.click();
    await state(element, "open");
  });

  it("take what success shows", async () => {
    const element = await add(slotted('<p slot="linked">Done</p>'));
    assert.isFalse(shows(element, "p"));
    await WAYS.linked(element);
    assert.isTrue(shows(element, "p"));
  });

  it("take what a failure shows", async () => {
    const element = await add(slotted('<p slot="error">Call us</p>'));
    assert.isFalse(shows(element, "p"));
    await WAYS.failed(element);
    assert.isTrue(shows(element, "p"));
  });
});

describe("looks", () => {
  it("are themed by custom properties and parts", async () => {
    const element = await add(`<style>bank-link::part(button){letter-spacing:3px}</style>${LINK}`);
    element.style.setProperty("--bank-link-accent", "rgb(1, 2, 3)");
    const { backgroundColor, letterSpacing } = getComputedStyle(button(element));
    assert.equal(backgroundColor, "rgb(1, 2, 3)");
    assert.equal(letterSpacing, "3px");
  });

  it("are those of a page's own theme, such as the example", async () => {
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
