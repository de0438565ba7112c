/** Errors as Link passes them to `onExit`. */

export interface LinkError {
  error_type: string;
  error_code: string;
  error_message: string;
  display_message: string | null;
}

type ErrorText = [type: string, message: string, displayMessage: string | null];

const known: Record<string, ErrorText> = {
  INVALID_LINK_TOKEN: ["INVALID_INPUT", "invalid link_token provided", null],
  INVALID_CREDENTIALS: [
    "ITEM_ERROR",
    "the provided credentials were not correct",
    "The username or password was not correct. Please try again.",
  ],
  INVALID_MFA: [
    "ITEM_ERROR",
    "the provided MFA response(s) were not correct",
    "The code was not correct. Please try again.",
  ],
  ITEM_LOCKED: [
    "ITEM_ERROR",
    "the account is locked",
    "Your account is locked. Please sign in at your bank’s own site to unlock it.",
  ],
  ITEM_LOGIN_REQUIRED: [
    "ITEM_ERROR",
    "the login details of this item have changed",
    "Please sign in to your bank again.",
  ],
  NO_ACCOUNTS: ["ITEM_ERROR", "no valid accounts were found for this item", "No accounts were found."],
  USER_SETUP_REQUIRED: [
    "ITEM_ERROR",
    "the account has not been fully set up",
    "Please sign in at your bank’s own site to finish setting up your account.",
  ],
  INSTITUTION_DOWN: [
    "INSTITUTION_ERROR",
    "this institution is not currently responding to this request",
    "This bank is not responding right now. Please try again later.",
  ],
  INSTITUTION_NOT_RESPONDING: [
    "INSTITUTION_ERROR",
    "this institution is not currently responding to this request",
    "This bank is not responding right now. Please try again later.",
  ],
  INTERNAL_SERVER_ERROR: ["API_ERROR", "an unexpected error occurred", null],
  PLANNED_MAINTENANCE: ["API_ERROR", "Plaid's systems are in maintenance", null],
  INCORRECT_LINK_TOKEN: ["OAUTH_ERROR", "the link token is not the one that the OAuth flow began with", null],
  OAUTH_STATE_ID_NOT_FOUND: ["OAUTH_ERROR", "the OAuth state id could not be found", null],
  OAUTH_STATE_ID_ALREADY_PROCESSED: ["OAUTH_ERROR", "the OAuth state id has already been processed", null],
  INVALID_FIELD: ["INVALID_REQUEST", "receivedRedirectUri is not the redirect_uri with oauth_state_id", null],
};

export function linkError(code: string, displayMessage?: string | null): LinkError {
  const [type, message, display] = known[code] ?? [guessType(code), "an error forced in the sandbox", null];
  return {
    error_type: type,
    error_code: code,
    error_message: message,
    display_message: displayMessage === undefined ? display : displayMessage,
  };
}

function guessType(code: string): string {
  return code.startsWith("INSTITUTION_") ? "INSTITUTION_ERROR" : "ITEM_ERROR";
}
