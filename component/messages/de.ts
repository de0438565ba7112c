import type { Messages } from "./messages.ts";

const unreachable = "Bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.";
const blocked =
  "Das sichere Bankfenster konnte nicht geladen werden. Bitte schalten Sie Inhaltsblocker für diese Seite aus und versuchen Sie es erneut.";
const signedOut = "Ihre Sitzung ist beendet. Bitte melden Sie sich erneut an.";

const de: Messages = {
  link: "Bankkonto verknüpfen",
  reconnect: "Bankkonto neu verbinden",
  linkAnother: "Weiteres Konto verknüpfen",
  tryAgain: "Erneut versuchen",
  hint: "Sie wählen Ihre Bank und melden sich dort in einem sicheren Fenster von Plaid an.",
  preparing: "Sichere Verbindung wird vorbereitet…",
  finalizing: "Ihr Konto wird bestätigt…",
  pending: "Ihr Bankkonto wird noch bestätigt. Das kann etwas dauern; Sie können diese Seite verlassen.",
  linked: "Bankkonto verknüpft",
  reconnected: "Bankkonto neu verbunden",
  accountEnding: "Konto mit der Endung {mask}",
  canceled: "Die Verknüpfung des Bankkontos wurde abgebrochen. Sie können es jederzeit erneut versuchen.",
  failed:
    "Wir konnten dieses Konto gerade nicht verknüpfen. Bitte versuchen Sie es erneut oder wenden Sie sich an den Kundendienst.",
  errors: {
    offline: unreachable,
    network_error: unreachable,
    script_blocked: blocked,
    script_timeout: blocked,
    link_timeout: blocked,
    session_unavailable: signedOut,
    unauthorized: signedOut,
    multiple_accounts: "Bitte wählen Sie nur ein Konto.",
    account_type_unsupported: "Bitte wählen Sie ein Giro- oder Sparkonto.",
    duplicate_account: "Dieses Bankkonto ist bereits verknüpft.",
  },
  required: "Bitte verknüpfen Sie ein Bankkonto.",
};

export default de;
