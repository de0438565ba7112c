/** What we read of Lynx's answers. Bodies are partly undocumented, so every known shape is accepted. */
import * as z from "zod";

export const tokenAnswer = z.object({
  access_token: z.string().min(1),
  /** Seconds; if missing, the token's own `exp` counts. */
  expires_in: z.number().positive().optional(),
});

/** The guide shows a bare `{token}`, the API's other answers are enveloped. */
export const linkTokenAnswer = z.union([
  z.object({ data: z.object({ token: z.string().min(1) }) }).transform(({ data }) => data.token),
  z.object({ data: z.object({ linkToken: z.string().min(1) }) }).transform(({ data }) => data.linkToken),
  z.object({ token: z.string().min(1) }).transform(({ token }) => token),
  z.object({ linkToken: z.string().min(1) }).transform(({ linkToken }) => linkToken),
]);

const uuid = z.string().min(1);
const idOf = z.union([
  uuid,
  z.object({ id: uuid }).transform(({ id }) => id),
  z.object({ uuid }).transform(({ uuid }) => uuid),
]);
const saysNo = (data: unknown) =>
  z
    .object({ success: z.literal(false) })
    .or(z.object({ status: z.string().regex(/err|fail/i) }))
    .safeParse(data).success;

/**
 * Link External Account Verified: "Success body undocumented; a sibling answers a UUID". So what is believed is
 * - an id, wherever a sibling has it, also with a warning beside it; or
 * - the documented envelope `{data, exceptions}` whose `exceptions` is there and empty, unless its data says otherwise.
 * Anything else is no word on the outcome.
 */
export const linkVerifiedAnswer = z.union([
  z.object({ data: idOf }).transform(({ data }) => ({ id: data })),
  idOf.transform((id) => ({ id })),
  z
    .object({ data: z.unknown().refine((data) => !saysNo(data)), exceptions: z.array(z.unknown()).length(0) })
    .transform(() => ({ id: null })),
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
    z.array(
      z.object({
        id: z.string().nullish(),
        type: z.string().nullish(),
        name: z.string().nullish(),
        verifiedIndicator: z.boolean().nullish(),
        verifiedDate: z.string().nullish(),
      }),
    ),
  );

/** A refusal in whatever shape: `exceptions` or `error` with anything in it. */
export const refusalAnswer = z.union([
  z.object({ exceptions: z.union([z.array(z.unknown()).min(1), z.string().min(1), nonEmptyObject()]) }),
  z.object({ error: z.unknown().refine((error) => error !== null && error !== undefined) }),
]);

/** The documented shape: `{data: null, exceptions: [{errorCode, exceptionSource, exceptionMessage}]}`. */
export const exceptionsAnswer = z.object({
  exceptions: z
    .array(
      z.object({
        errorCode: z.string().nullish(),
        exceptionSource: z.string().nullish(),
        exceptionMessage: z.string().nullish(),
      }),
    )
    .min(1),
});

function nonEmptyObject() {
  return z.record(z.string(), z.unknown()).refine((value) => Object.keys(value).length > 0);
}
