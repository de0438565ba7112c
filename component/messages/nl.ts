import type { Messages } from "./messages.ts";

const unreachable = "Controleer uw verbinding en probeer het opnieuw.";
const blocked =
  "Het beveiligde venster van de bank kon niet worden geladen. Schakel contentblokkers voor deze pagina uit en probeer het opnieuw.";
const signedOut = "Uw sessie is beëindigd. Meld u opnieuw aan.";

const nl: Messages = {
  link: "Uw bankrekening koppelen",
  reconnect: "Uw bankrekening opnieuw verbinden",
  linkAnother: "Nog een rekening koppelen",
  tryAgain: "Opnieuw proberen",
  hint: "U kiest uw bank en meldt u daar aan in een beveiligd venster van Plaid.",
  preparing: "Beveiligde verbinding wordt voorbereid…",
  finalizing: "Uw rekening wordt bevestigd…",
  pending: "Uw bankrekening wordt nog bevestigd. Dit kan even duren; u kunt deze pagina verlaten.",
  linked: "Bankrekening gekoppeld",
  reconnected: "Bankrekening opnieuw verbonden",
  accountEnding: "Rekening eindigend op {mask}",
  canceled: "Het koppelen van de bankrekening is geannuleerd. U kunt het altijd opnieuw proberen.",
  failed:
    "We konden die rekening nu niet koppelen. Probeer het opnieuw of neem contact op met de klantenservice.",
  errors: {
    offline: unreachable,
    network_error: unreachable,
    script_blocked: blocked,
    script_timeout: blocked,
    link_timeout: blocked,
    session_unavailable: signedOut,
    unauthorized: signedOut,
    multiple_accounts: "Kies één rekening.",
    account_type_unsupported: "Kies een betaal- of spaarrekening.",
    duplicate_account: "Deze bankrekening is al gekoppeld.",
  },
  required: "Koppel een bankrekening.",
};

export default nl;
