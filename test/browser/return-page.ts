/** The script of return-page.html. As a module of its own document, it reads the address like a real page. */
import { BankLinkElement } from "../../component/index.ts";
import "../../component/define.ts";

BankLinkElement.plaidScriptUrl = new URL("./fake-plaid.ts", import.meta.url).href;
BankLinkElement.defaultApi = location.origin;
