import type { Messages } from "./messages.ts";

const unreachable = "Vérifiez votre connexion et réessayez.";
const blocked =
  "La fenêtre sécurisée de la banque n’a pas pu s’ouvrir. Désactivez les bloqueurs de contenu pour cette page et réessayez.";
const signedOut = "Votre session a expiré. Veuillez vous reconnecter.";

const fr: Messages = {
  link: "Associer votre compte bancaire",
  reconnect: "Reconnecter votre compte bancaire",
  linkAnother: "Associer un autre compte",
  tryAgain: "Réessayer",
  hint: "Vous choisissez votre banque et vous y connectez dans une fenêtre sécurisée de Plaid.",
  preparing: "Préparation d’une connexion sécurisée…",
  finalizing: "Confirmation de votre compte…",
  pending:
    "La confirmation de votre compte bancaire est en cours. Cela peut prendre du temps ; vous pouvez quitter cette page.",
  linked: "Compte bancaire associé",
  reconnected: "Compte bancaire reconnecté",
  accountEnding: "Compte se terminant par {mask}",
  canceled: "L’association du compte bancaire a été annulée. Vous pouvez réessayer à tout moment.",
  failed: "Nous n’avons pas pu associer ce compte pour le moment. Réessayez ou contactez l’assistance.",
  errors: {
    offline: unreachable,
    network_error: unreachable,
    script_blocked: blocked,
    script_timeout: blocked,
    link_timeout: blocked,
    session_unavailable: signedOut,
    unauthorized: signedOut,
    multiple_accounts: "Choisissez un seul compte.",
    account_type_unsupported: "Choisissez un compte courant ou un compte d’épargne.",
    duplicate_account: "Ce compte bancaire est déjà associé.",
  },
  required: "Associez un compte bancaire.",
};

export default fr;
