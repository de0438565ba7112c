/** The calls to Lynx that bank linking needs. Paths come from configuration: Lynx publishes none. */
import type * as z from "zod";
import type { LynxConfig } from "../../config.ts";
import type { ApiRequest, AuthorizedApi } from "../authorized-api.ts";
import { lose, type Result, reject, succeed } from "../provider.ts";
import { accountListAnswer, linkTokenAnswer, linkVerifiedAnswer, refusalAnswer } from "./schemas.ts";

export interface GetLinkToken {
  data: { member: { clientMemberId: string }; clientOrg: { name: string }; redirectUri: string };
  idempotency: { idempotencyKey: string };
}

export interface LinkExternalAccountVerified {
  data: {
    member: { clientMemberId: string };
    clientOrg: { name: string };
    memberBankAccount: {
      name: string;
      type: "CHECKING" | "SAVINGS";
      /** Plaid's account id. */
      partnerAccountId: string;
      /** Plaid's public token, for all its name. */
      partnerAccessToken: string;
    };
  };
  idempotency: { idempotencyKey: string };
}

export interface GetExternalAccounts {
  data: { member: { clientMemberId: string }; clientOrg: { name: string } };
}

/** `isClear` false: an answer that says neither yes nor no. */
export type LinkVerified = { isClear: true; id: string | null } | { isClear: false; sentAtMs: number };

export function createLynxApi(config: LynxConfig, call: AuthorizedApi) {
  async function ask<Schema extends z.ZodType>(
    request: ApiRequest,
    schema: Schema,
  ): Promise<Result<z.infer<Schema>>> {
    const result = await call(request);
    if (!result.ok) return result;
    const { status, body, sentAtMs } = result.value;
    // A 4xx comes here in Lynx's own words only; a 404 too is declared for each operation.
    if (status >= 400) return reject("provider_rejected");
    const parsed = schema.safeParse(body);
    if (parsed.success) return succeed(parsed.data);
    // A 200 that carries exceptions did not do the work either.
    if (refusalAnswer.safeParse(body).success) return reject("provider_rejected");
    return lose("provider_unavailable", { sentAtMs, hasEnded: true });
  }

  return {
    /** With a fresh key every time, so a repeat makes another token and does no harm. */
    getLinkToken: (body: GetLinkToken) =>
      ask(
        {
          call: "lynx.get_link_token",
          method: "POST",
          path: config.linkTokenPath,
          body: JSON.stringify(body),
          repeatable: true,
        },
        linkTokenAnswer,
      ),

    /**
     * The body carries its own key, so a repeat is safe; it is left to the ledger, which remembers that an answer
     * was lost and so does not believe the refusal of a repeat at once.
     */
    async linkExternalAccountVerified(body: string): Promise<Result<LinkVerified>> {
      const result = await call({
        call: "lynx.link_external_account_verified",
        method: "POST",
        path: config.linkVerifiedPath,
        body,
        repeatable: false,
      });
      if (!result.ok) return result;
      const { status, body: answer, sentAtMs } = result.value;
      if (status >= 400) return reject("provider_rejected");
      const verified = linkVerifiedAnswer.safeParse(answer);
      if (verified.success) return succeed({ isClear: true, id: verified.data.id });
      const isRefusal = refusalAnswer.safeParse(answer).success;
      return isRefusal ? reject("provider_rejected") : succeed({ isClear: false, sentAtMs });
    },

    getExternalAccounts: (path: string, body: GetExternalAccounts) =>
      ask(
        {
          call: "lynx.get_external_accounts",
          method: "POST",
          path,
          body: JSON.stringify(body),
          repeatable: true,
        },
        accountListAnswer,
      ),
  };
}

export type LynxApi = ReturnType<typeof createLynxApi>;
