/** Lynx's errors: a list of exceptions in an envelope without data. */
import { type Answer, AnswerError } from "../answer.ts";

export interface LynxException {
  /** Filled only for SYSTEM with status 400. */
  errorCode: string | null;
  exceptionSource: "JSON" | "PARAMETER" | "SYSTEM";
  exceptionMessage: string;
}

/** The published list contradicts the published sample, so these numbers are the stand-in's own. */
const systemCodes = {
  wrongOrganisation: "GBL-001",
  unknownMember: "GBL-002",
  redirectUriNotRegistered: "GBL-003",
  partnerTokenInvalid: "GBL-004",
  partnerAccountUnknown: "GBL-005",
  accountExists: "GBL-006",
} as const;

export function apiError(status: number, exceptions: LynxException[]): AnswerError {
  return new AnswerError(exceptionsAnswer(status, exceptions));
}

export function systemError(code: keyof typeof systemCodes, exceptionMessage: string): AnswerError {
  return apiError(400, [{ errorCode: systemCodes[code], exceptionSource: "SYSTEM", exceptionMessage }]);
}

/** A status without a specific message: 401, 404, 429, 5xx. */
export function plainError(status: number): Answer {
  return exceptionsAnswer(status, [
    { errorCode: null, exceptionSource: "SYSTEM", exceptionMessage: `The request ended with ${status}` },
  ]);
}

function exceptionsAnswer(status: number, exceptions: LynxException[]): Answer {
  return { status, body: { data: null, exceptions } };
}
