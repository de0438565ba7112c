/** Registers the element: the only side effect of the package. */
import { BankLinkElement } from "./bank-link-element.ts";

// A second copy on the page must not throw; the first one is kept.
if (!customElements.get("bank-link")) customElements.define("bank-link", BankLinkElement);
