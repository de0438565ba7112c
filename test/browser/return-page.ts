/** The script of return-page.html. Being a module of its own document, it reads the address as a real page does. */
import { BankLinkElement } from "../../component/index.ts";
import "../../component/define.ts";

BankLinkElement.plaidScriptUrl = new URL("./fake-plaid.ts", import.meta.url).href;
BankLinkElement.defaultApi = location.origin;
