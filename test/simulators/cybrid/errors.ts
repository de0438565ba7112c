/** Cybrid's two error shapes: OAuth's at the identity server, its own everywhere else. */
import { type Answer, AnswerError } from "../answer.ts";

export function errorAnswer(status: number, messageCode: string, message: string): Answer {
  return { status, body: { status, error_message: message, message_code: messageCode } };
}

export function apiError(status: number, messageCode: string, message: string): AnswerError {
  return new AnswerError(errorAnswer(status, messageCode, message));
}

export function notFound(what: string): AnswerError {
  return apiError(404, "not_found", `${what} not found`);
}

/** 422: the request is well-formed but cannot be processed. */
export function unprocessable(
  reason: string,
  messageCode: "invalid_parameter" | "no_customer" | "request_timeout" = "invalid_parameter",
): AnswerError {
  return apiError(422, messageCode, `Unable to process request: ${reason}`);
}

/** RFC 6749, section 5.2. */
export function tokenError(status: 400 | 401, error: string, description: string): AnswerError {
  return new AnswerError({ status, body: { error, error_description: description } });
}

const plainErrors: Record<number, [messageCode: string, message: string]> = {
  400: ["invalid_value", "Invalid value."],
  401: ["authentication_failed", "Signature verification raised"],
  403: ["invalid_scopes", "Invalid scopes."],
  404: ["not_found", "not found"],
  422: ["invalid_parameter", "Unable to process request"],
  429: ["too_many_requests", "Too many requests"],
  500: ["internal_server_error", "Internal server error"],
  502: ["bad_gateway", "Bad gateway"],
  503: ["service_unavailable", "Service unavailable"],
  504: ["gateway_timeout", "Gateway timeout"],
};

/** The answer of a fault that names only a status. The codes above 422 are not published. */
export function plainError(status: number): Answer {
  const [messageCode, message] = plainErrors[status] ?? ["unexpected", "Unexpected"];
  return errorAnswer(status, messageCode, message);
}
