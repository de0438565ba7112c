import { exceptionsAnswer } from "./schemas.ts";

/**
 * For the log only: Lynx's published code list contradicts its samples, so nothing branches on it. For exceptions of
 * source JSON and PARAMETER `errorCode` comes as an empty string.
 */
export function errorCode(body: unknown): string | undefined {
  const first = exceptionsAnswer.safeParse(body).data?.exceptions[0];
  return first?.errorCode || first?.exceptionSource || undefined;
}

export function isLynxError(body: unknown): boolean {
  return exceptionsAnswer.safeParse(body).success;
}
