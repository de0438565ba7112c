import type { Messages } from "./messages.ts";

const unreachable = "Please check your connection and try again.";
const blocked = "Please turn off content blockers and try again.";
const signedOut = "Your session has ended. Please sign in again.";

const en: Messages = {
  link: "Link your bank account",
  reconnect: "Reconnect your bank account",
  linkAnother: "Link another account",
  tryAgain: "Try again",
  hint: "You sign in to your bank in a secure window from Plaid.",
  preparing: "Preparing a secure connection…",
  finalizing: "Confirming your account…",
  pending: "Your account is still being confirmed. You may leave this page.",
  linked: "Bank account linked",
  reconnected: "Bank account reconnected",
  accountEnding: "Account ending in {mask}",
  canceled: "Bank account linking was canceled. You can try again at any time.",
  failed: "We couldn’t link that account right now. Please try again or contact support.",
  errors: {
    offline: unreachable,
    network_error: unreachable,
    script_blocked: blocked,
    script_timeout: blocked,
    link_timeout: blocked,
    session_unavailable: signedOut,
    unauthorized: signedOut,
    multiple_accounts: "Please choose one account.",
    account_type_unsupported: "Please choose a checking or savings account.",
    duplicate_account: "This bank account is already linked.",
  },
  required: "Please link a bank account.",
};

export default en;
