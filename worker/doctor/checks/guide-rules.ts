/** The rules of both platforms' guides that no machine can check from here, and those that bank-link keeps by itself. */
import type { Config } from "../../config.ts";
import type { DoctorItem } from "../../contract.ts";
import { ok, unknown } from "../items.ts";

const KEPT = "bank-link does this by itself.";

export function guideRules({ environment, providers, cybrid }: Config): DoctorItem[] {
  return [
    ...(providers.includes("cybrid") ? cybridRules(environment, cybrid?.verifyOwnership ?? false) : []),
    ...(providers.includes("lynx") ? lynxRules(environment) : []),
    unknown(
      "by_hand.oauth",
      "A bank that uses OAuth was tried by hand",
      environment === "sandbox"
        ? "Link Platypus OAuth Bank on a computer and on a phone: a pop-up on the one, a redirect on the other."
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
      "Cybrid: the key is of the bank and open to all addresses",
      "Use a bank-level key without a list of allowed IP addresses: a Worker has no fixed address.",
    ),
    ok("cybrid.polling", "Cybrid: workflows and accounts are polled until they are settled", KEPT),
    ok("cybrid.no_balance_polling", "Cybrid: polling never asks for balances", KEPT),
    ok(
      "cybrid.look_before_repeat",
      "Cybrid: after a lost answer it is looked for before anything is repeated",
      KEPT,
    ),
    verifiesOwnership
      ? ok("cybrid.ownership", "Cybrid: individuals' accounts go through the ownership check", KEPT)
      : unknown(
          "cybrid.ownership",
          "Cybrid: individuals' accounts go through the ownership check",
          "Set CYBRID_VERIFY_OWNERSHIP=true, or run the check yourself: an unverified account makes no transfers.",
        ),
    unknown(
      "cybrid.payment_rail",
      "Cybrid: transfers name their payment rail",
      "Some US banks use another routing number for wires: name ach or wire in each transfer.",
    ),
    unknown(
      "cybrid.fbo",
      "Cybrid: nobody is asked to link an account that was opened through Cybrid",
      "Such an account has no online banking and cannot be linked: say so where customers begin.",
    ),
  ];
}

function lynxRules(environment: Config["environment"]): DoctorItem[] {
  return [
    unknown(
      "lynx.redirect_uris_registered",
      "Lynx 1: the redirect URIs are registered",
      `Register each of REDIRECT_URIS with Lynx, for ${environment}, as the very same string. --customer tries them.`,
    ),
    unknown(
      "lynx.launch_pages_registered",
      "Lynx 2: the pages that start Link are registered",
      `Register every page with <bank-link> with Lynx, for ${environment}.`,
    ),
    ok("lynx.link_tokens", "Lynx 3: link tokens are made on the server, per member, and used once", KEPT),
    ok("lynx.validation", "Lynx 4: what came back is validated first, and finished on the server", KEPT),
    ok(
      "lynx.cancel_text",
      "Lynx 5: a cancel shows the guide's sentence",
      "Unless your page replaces the texts.",
    ),
    ok(
      "lynx.failure_text",
      "Lynx 6: a failure is logged with its ids and shows the guide's sentence",
      "Unless your page replaces the texts.",
    ),
    ok("lynx.storage", "Lynx 7: no token is put into the browser's storage", KEPT),
    unknown(
      "lynx.resume",
      "Lynx 8: the flow resumes on the redirect page",
      "Make sure that every redirect URI shows a page with <bank-link>, then try it by hand.",
    ),
  ];
}
