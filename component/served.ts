/** The file that the Worker serves as /bank-link.js: its elements call the API where they came from. */
import { BankLinkElement } from "./bank-link-element.ts";
import "./define.ts";

// Nothing is called before this module is through.
BankLinkElement.defaultApi = new URL(import.meta.url).origin;

export * from "./index.ts";
