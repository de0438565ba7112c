/** The file that the Worker serves as /bank-link.js: its elements call the API on the origin that served them. */
import { BankLinkElement } from "./bank-link-element.ts";
import "./define.ts";

// No element calls the API before this module has been evaluated.
BankLinkElement.defaultApi = new URL(import.meta.url).origin;

export * from "./index.ts";
