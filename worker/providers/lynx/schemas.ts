/** What we read of Lynx's answers. Bodies are partly undocumented, so every known shape is accepted. */
import * as z from "zod";

export const tokenAnswer = z.object({
  access_token: z.string().min(1),
  /** Seconds; left out, the token's own `exp` tells. */
  expires_in: z.number().positive().optional(),
});

/** The guide shows a bare `{token}`, the API's other answers are enveloped. */
export const linkTokenAnswer = z.union([
  z.object({ data: z.object({ token: z.string().min(1) }) }).transform(({ data }) => data.token),
  z.object({ data: z.object({ linkToken: z.string().min(1) }) }).transform(({ data }) => data.linkToken),
  z.object({ token: z.string().min(1) }).transform(({ token }) => token),
  z.object({ linkToken: z.string().min(1) }).transform(({ linkToken }) => linkToken),
]);

/** Success is undocumented; a sibling operation answers a UUID. What is no refusal and no oddity is success. */
const id = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform((data) => data.id)]);
export const linkVerifiedAnswer = z.union([
  z.object({ data: id }).transform(({ data }) => data),
  id,
  z.record(z.string(), z.unknown()).transform(() => null),
  z.undefined().transform(() => null),
]);

export const accountListAnswer = z
  .union([
    z
      .object({ data: z.object({ externalAccounts: z.array(z.unknown()) }) })
      .transform(({ data }) => data.externalAccounts),
    z
      .object({ externalAccounts: z.array(z.unknown()) })
      .transform(({ externalAccounts }) => externalAccounts),
  ])
  .pipe(
    z.array(z.object({ id: z.string().nullish(), type: z.string().nullish(), name: z.string().nullish() })),
  );

/** A refusal in whatever shape: `exceptions` or `error` with anything in it. */
export const refusalAnswer = z.union([
  z.object({ exceptions: z.union([z.array(z.unknown()).min(1), z.string().min(1), nonEmptyObject()]) }),
  z.object({ error: z.unknown().refine((error) => error !== null && error !== undefined) }),
]);

/** The documented shape, for the log. */
export const exceptionsAnswer = z.object({
  exceptions: z
    .array(z.object({ errorCode: z.string().nullish(), exceptionSource: z.string().nullish() }))
    .min(1),
});

function nonEmptyObject() {
  return z.record(z.string(), z.unknown()).refine((value) => Object.keys(value).length > 0);
}
