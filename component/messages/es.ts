import type { Messages } from "./messages.ts";

const unreachable = "Compruebe su conexión e inténtelo de nuevo.";
const blocked =
  "No se pudo cargar la ventana segura del banco. Desactive los bloqueadores de contenido en esta página e inténtelo de nuevo.";
const signedOut = "Su sesión ha terminado. Inicie sesión de nuevo.";

const es: Messages = {
  link: "Vincular su cuenta bancaria",
  reconnect: "Reconectar su cuenta bancaria",
  linkAnother: "Vincular otra cuenta",
  tryAgain: "Intentar de nuevo",
  hint: "Elija su banco e inicie sesión en él en una ventana segura de Plaid.",
  preparing: "Preparando una conexión segura…",
  finalizing: "Confirmando su cuenta…",
  pending: "Su cuenta bancaria aún se está confirmando. Puede tardar un poco; puede salir de esta página.",
  linked: "Cuenta bancaria vinculada",
  reconnected: "Cuenta bancaria reconectada",
  accountEnding: "Cuenta terminada en {mask}",
  canceled: "Se canceló la vinculación de la cuenta bancaria. Puede intentarlo de nuevo cuando quiera.",
  failed:
    "No pudimos vincular esa cuenta en este momento. Inténtelo de nuevo o contacte con el servicio de asistencia.",
  errors: {
    offline: unreachable,
    network_error: unreachable,
    script_blocked: blocked,
    script_timeout: blocked,
    link_timeout: blocked,
    session_unavailable: signedOut,
    unauthorized: signedOut,
    multiple_accounts: "Elija una sola cuenta.",
    account_type_unsupported: "Elija una cuenta corriente o de ahorro.",
    duplicate_account: "Esta cuenta bancaria ya está vinculada.",
  },
  required: "Vincule una cuenta bancaria.",
};

export default es;
