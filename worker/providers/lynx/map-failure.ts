import { exceptionsAnswer } from "./schemas.ts";

/** For the log only: Lynx's published code list contradicts its samples, so nothing branches on it. */
export function errorCode(body: unknown): string | undefined {
  const first = exceptionsAnswer.safeParse(body).data?.exceptions[0];
  return first?.errorCode ?? first?.exceptionSource ?? undefined;
}
