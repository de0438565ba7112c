/** Reads nested request bodies; everything missing is reported at once, one exception each. */
import { apiError, type LynxException } from "./exceptions.ts";

/** The strings at these paths (`data.member.clientMemberId`), all required and not empty. */
export function requiredStrings<Path extends string>(body: unknown, ...paths: Path[]): Record<Path, string> {
  if (typeof body !== "object" || body === null) {
    throw apiError(400, [
      { errorCode: null, exceptionSource: "JSON", exceptionMessage: "The request body is not a JSON object" },
    ]);
  }
  const found = {} as Record<Path, string>;
  const exceptions: LynxException[] = [];
  for (const path of paths) {
    const value = path
      .split(".")
      .reduce<unknown>((held, name) => (held as Record<string, unknown>)?.[name], body);
    if (typeof value === "string" && value !== "") found[path] = value;
    else exceptions.push(parameterException(path, "is required"));
  }
  if (exceptions.length > 0) throw apiError(400, exceptions);
  return found;
}

export function parameterException(path: string, complaint: string): LynxException {
  return { errorCode: null, exceptionSource: "PARAMETER", exceptionMessage: `${path} ${complaint}` };
}
