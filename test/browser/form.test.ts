import { assert } from "chai";
import type { BankLinkElement } from "../../component/index.ts";
import { ACCOUNT, answer, linkedLink } from "./fake-api.ts";
import { add, api, button, openPlaidLink, sleep, state, succeed } from "./page.ts";

const FORM = `<form><fieldset><bank-link name="bank" session-url="/session" preload="none"></bank-link></fieldset></form>`;

const submitted = (element: BankLinkElement) => new FormData(element.form as HTMLFormElement).get("bank");

describe("in a form", () => {
  it("submits the linked account's id, and fires change once", async () => {
    const element = await add(FORM);
    let changes = 0;
    element.form?.addEventListener("change", () => changes++);
    assert.isNull(submitted(element));
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.equal(submitted(element), "acc_1");
    assert.equal(element.value, "acc_1");
    assert.equal(changes, 1);
  });

  it("submits the link's id where the provider gives no account id", async () => {
    api.on("POST /v1/links/:id/finalize", () => answer(linkedLink({ account: { ...ACCOUNT, id: null } })));
    const element = await add(FORM);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    assert.equal(submitted(element), "lnk_1");
  });

  it("has its value before bank-link-success", async () => {
    const element = await add(FORM);
    let value = "";
    element.addEventListener("bank-link-success", () => {
      value = element.value;
    });
    await openPlaidLink(element);
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

  it("is invalid while required and without a value, and says why", async () => {
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

  it("returns to the initial value when the form is reset", async () => {
    const element = await add(FORM);
    element.setAttribute("value", "acc_0");
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    element.form?.reset();
    assert.equal(element.status, "idle");
    assert.equal(submitted(element), "acc_0");
  });

  it("returns to the initial value by reset(), since no account is shown as linked", async () => {
    const element = await add(FORM);
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    element.reset();
    assert.isNull(submitted(element));
  });

  it("focuses the page's own trigger when it is required and invalid", async () => {
    const element = await add(
      FORM.replace("</bank-link>", '<button type="button" slot="trigger">Go</button></bank-link>'),
    );
    element.required = true;
    await element.updateComplete;
    assert.isFalse(element.reportValidity());
    assert.isTrue(document.activeElement === element.querySelector("button"));
  });

  it("accepts any element as a trigger", async () => {
    const element = await add(FORM.replace("</bank-link>", '<svg slot="trigger"></svg></bank-link>'));
    element.required = true;
    await element.updateComplete;
    assert.isTrue(element.validity.valueMissing);
  });

  it("is disabled by its fieldset", async () => {
    const element = await add(FORM);
    const fieldset = element.closest("fieldset") as HTMLFieldSetElement;
    fieldset.disabled = true;
    await sleep();
    assert.isTrue(button(element).disabled);
    button(element).click();
    assert.deepEqual(await element.open(), { status: "idle" });
    fieldset.disabled = false;
    await sleep();
    assert.isFalse(button(element).disabled);
  });

  it("is not validated while it is disabled", async () => {
    const element = await add(FORM);
    element.required = element.disabled = true;
    await sleep();
    assert.isTrue(element.form?.checkValidity());
    element.disabled = false;
    await sleep();
    assert.isFalse(button(element).disabled);
    assert.isFalse(element.form?.checkValidity());
  });

  it("accepts the value that the browser restores", async () => {
    const element = await add(FORM);
    element.formStateRestoreCallback("acc_1");
    assert.equal(submitted(element), "acc_1");
    assert.equal(element.status, "idle", "the API has not confirmed it");
  });

  it("does not submit the form with its button", async () => {
    const element = await add(FORM);
    let submits = 0;
    element.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      submits++;
    });
    await openPlaidLink(element);
    assert.equal(submits, 0);
  });
});
