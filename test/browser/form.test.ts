import { assert } from "chai";
import type { BankLinkElement } from "../../component/index.ts";
import { ACCOUNT, answer, linkedLink } from "./fake-api.ts";
import { add, api, button, openLink, state, succeed, turn } from "./page.ts";

const FORM = `<form><fieldset><bank-link name="bank" session-url="/session" preload="none"></bank-link></fieldset></form>`;

const submitted = (element: BankLinkElement) => new FormData(element.form as HTMLFormElement).get("bank");

describe("in a form", () => {
  it("submits the linked account's id, and fires change once", async () => {
    const element = await add(FORM);
    let changes = 0;
    element.form?.addEventListener("change", () => changes++);
    assert.isNull(submitted(element));
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.equal(submitted(element), "acc_1");
    assert.equal(element.value, "acc_1");
    assert.equal(changes, 1);
  });

  it("submits the link's id where the provider gives no account id", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkedLink({ account: { ...ACCOUNT, id: null } })));
    const element = await add(FORM);
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.equal(submitted(element), "lnk_1");
  });

  it("has its value before the success is told", async () => {
    const element = await add(FORM);
    let value = "";
    element.addEventListener("bank-link-success", () => {
      value = element.value;
    });
    await openLink(element);
    succeed();
    await state(element, "linked");
    assert.equal(value, "acc_1");
  });

  it("belongs to the form whose id is set, as frameworks set it", async () => {
    const element = await add(
      `<form id="elsewhere"></form><bank-link name="bank" preload="none"></bank-link>`,
    );
    assert.isTrue(element.form === null);
    Reflect.set(element, "form", "elsewhere");
    assert.isTrue(element.form === document.getElementById("elsewhere"));
  });

  it("belongs to the form whose id was set before the element was defined", async () => {
    const inert = document.implementation.createHTMLDocument().createElement("bank-link");
    Object.assign(inert, { form: "elsewhere", preload: "none" });
    const box = document.createElement("div");
    box.dataset.test = "";
    box.innerHTML = '<form id="elsewhere"></form>';
    document.body.append(box);
    box.append(inert);
    const element = inert as BankLinkElement;
    await element.updateComplete;
    assert.isTrue(element.form === box.querySelector("form"));
  });

  it("has a settable value, without a change event", async () => {
    const element = await add(FORM);
    let changes = 0;
    element.addEventListener("change", () => changes++);
    element.value = "acc_7";
    assert.equal(submitted(element), "acc_7");
    assert.equal(changes, 0);
  });

  it("is not valid while required and without a value, and says why", async () => {
    const element = await add(FORM);
    element.required = true;
    await element.updateComplete;
    assert.isFalse(element.form?.checkValidity());
    assert.isTrue(element.validity.valueMissing);
    assert.equal(element.validationMessage, "Please link a bank account.");
    assert.isFalse(element.reportValidity());
    assert.isTrue(element.shadowRoot?.activeElement === button(element), "the button is shown");
    element.value = "acc_1";
    assert.isTrue(element.form?.checkValidity());
  });

  it("goes back to its markup's value with the form", async () => {
    const element = await add(FORM);
    element.setAttribute("value", "acc_0");
    await openLink(element);
    succeed();
    await state(element, "linked");
    element.form?.reset();
    assert.equal(element.status, "idle");
    assert.equal(submitted(element), "acc_0");
  });

  it("goes back to its markup's value by reset(), since nothing is shown as linked any more", async () => {
    const element = await add(FORM);
    await openLink(element);
    succeed();
    await state(element, "linked");
    element.reset();
    assert.isNull(submitted(element));
  });

  it("shows the page's own trigger where it is required", async () => {
    const element = await add(
      FORM.replace("</bank-link>", '<button type="button" slot="trigger">Go</button></bank-link>'),
    );
    element.required = true;
    await element.updateComplete;
    assert.isFalse(element.reportValidity());
    assert.isTrue(document.activeElement === element.querySelector("button"));
  });

  it("takes anything for a trigger", async () => {
    const element = await add(FORM.replace("</bank-link>", '<svg slot="trigger"></svg></bank-link>'));
    element.required = true;
    await element.updateComplete;
    assert.isTrue(element.validity.valueMissing);
  });

  it("is disabled by its fieldset", async () => {
    const element = await add(FORM);
    const fieldset = element.closest("fieldset") as HTMLFieldSetElement;
    fieldset.disabled = true;
    await turn();
    assert.isTrue(button(element).disabled);
    button(element).click();
    assert.deepEqual(await element.open(), { status: "idle" });
    fieldset.disabled = false;
    await turn();
    assert.isFalse(button(element).disabled);
  });

  it("takes no part while it is disabled", async () => {
    const element = await add(FORM);
    element.required = element.disabled = true;
    await turn();
    assert.isTrue(element.form?.checkValidity());
    element.disabled = false;
    await turn();
    assert.isFalse(button(element).disabled);
    assert.isFalse(element.form?.checkValidity());
  });

  it("takes back the value that the browser restores", async () => {
    const element = await add(FORM);
    element.formStateRestoreCallback("acc_1");
    assert.equal(submitted(element), "acc_1");
    assert.equal(element.status, "idle", "nobody has asked the API");
  });

  it("does not submit the form by its button", async () => {
    const element = await add(FORM);
    let submits = 0;
    element.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      submits++;
    });
    await openLink(element);
    assert.equal(submits, 0);
  });
});
