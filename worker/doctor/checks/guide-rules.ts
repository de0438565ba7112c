/** The rules of both platforms' guides: those that only a person can check, and those that bank-link follows by itself. */
import type { Config } from "../../config.ts";
import type { DoctorItem } from "../../contract.ts";
import { ok, unknown } from "../items.ts";

const AUTOMATIC = "bank-link does this by itself.";

export function guideRules({ environment, providers, cybrid }: Config): DoctorItem[] {
  return [
    ...(providers.includes("cybrid") ? cybridRules(environment, cybrid?.verifyOwnership ?? false) : []),
    ...(providers.includes("lynx") ? lynxRules(environment) : []),
    unknown(
      "by_hand.oauth",
      "A bank that uses OAuth has been tried by hand",
      environment === "sandbox"
        ? "Link Platypus OAuth Bank on a computer, where it opens a pop-up, and on a phone, where it redirects."
        : "Link a real OAuth bank on a computer and on a phone before customers do.",
    ),
  ];
}

function cybridRules(environment: Config["environment"], verifiesOwnership: boolean): DoctorItem[] {
  return [
    unknown(
      "cybrid.redirect_uris_registered",
      "Cybrid: the redirect URIs are registered",
      `Register each of REDIRECT_URIS with Cybrid, for ${environment}. --customer tries them.`,
    ),
    unknown(
      "cybrid.bank_key",
      "Cybrid: the key is a bank key without an IP allow-list",
      "Use a bank key without an IP allow-list: a Worker has no fixed address.",
    ),
    ok("cybrid.polling", "Cybrid: workflows and accounts are polled until they are settled", AUTOMATIC),
    ok("cybrid.no_balance_polling", "Cybrid: polling never asks for balances", AUTOMATIC),
    ok(
      "cybrid.look_before_repeat",
      "Cybrid: after a lost response the account is looked up before it is posted again",
      AUTOMATIC,
    ),
    verifiesOwnership
      ? ok("cybrid.ownership", "Cybrid: accounts of individuals go through the ownership check", AUTOMATIC)
      : unknown(
          "cybrid.ownership",
          "Cybrid: accounts of individuals go through the ownership check",
          "Set CYBRID_VERIFY_OWNERSHIP=true, or run the check yourself: an unverified account cannot transfer money.",
        ),
    unknown(
      "cybrid.payment_rail",
      "Cybrid: transfers name their payment rail",
      "Some US banks use another routing number for wires: set ach or wire in each transfer.",
    ),
    unknown(
      "cybrid.fbo",
      "Cybrid: nobody is asked to link an account that was opened through Cybrid",
      "Such an account has no online banking and cannot be linked: tell customers before they start.",
    ),
  ];
}

function lynxRules(environment: Config["environment"]): DoctorItem[] {
  return [
    unknown(
      "lynx.redirect_uris_registered",
      "Lynx 1: the redirect URIs are registered",
      `Register each of REDIRECT_URIS with Lynx, for ${environment}, character by character. --customer tries them.`,
    ),
    unknown(
      "lynx.launch_pages_registered",
      "Lynx 2: the pages that start Link are registered",
      `Register every page with <bank-link> with Lynx, for ${environment}.`,
    ),
    ok(
      "lynx.link_tokens",
      "Lynx 3: link tokens are created on the server, per member, and used once",
      AUTOMATIC,
    ),
    ok(
      "lynx.validation",
      "Lynx 4: the result is validated first, and the account is created on the server",
      AUTOMATIC,
    ),
    ok(
      "lynx.cancel_text",
      "Lynx 5: a customer who cancels sees the guide's sentence",
      "Unless your page replaces the messages.",
    ),
    ok(
      "lynx.failure_text",
      "Lynx 6: a failure is logged with its ids, and the customer sees the guide's sentence",
      "Unless your page replaces the messages.",
    ),
    ok("lynx.storage", "Lynx 7: no token is stored in the browser", AUTOMATIC),
    unknown(
      "lynx.resume",
      "Lynx 8: the flow resumes on the redirect page",
      "Make sure that every redirect URI leads to a page that contains <bank-link>, then try it by hand.",
    ),
  ];
}
