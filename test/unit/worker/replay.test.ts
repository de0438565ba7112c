/** What KV may do to an answer, and what it may not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Link } from "../../../worker/contract.ts";
import type { AppContext } from "../../../worker/http/context.ts";
import { replayOr } from "../../../worker/idempotency/replay.ts";
import type { LinkReply } from "../../../worker/ledger/link-reply.ts";
import { bareAccount } from "../../../worker/providers/bare-account.ts";

const once = { scope: "the-scope", fingerprint: "the-body", waitMs: 0 };

/** Any of a link's fields. */
type LinkFields = { [Name in keyof Link]?: Link[Name] };

function link(change: LinkFields = {}): Link {
  return {
    id: "lnk_1",
    provider: "cybrid",
    mode: "link",
    status: "linked",
    link_token: null,
    link_token_expires_at: null,
    account: bareAccount({ id: "account-1", provider: "cybrid", status: "active" }),
    problem: null,
    reference: null,
    opened_at: null,
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    ...change,
  } as Link;
}
/** When the ledger forgets the key. */
const KEPT_UNTIL_MS = Date.now() + 20 * 60 * 60_000;
const reply = (change?: LinkFields): LinkReply => ({
  ok: true,
  link: link(change),
  replayed: false,
  retryAfterS: null,
  keptUntilMs: KEPT_UNTIL_MS,
});

function edge(get: () => Promise<unknown>) {
  const written: { key: string; value: string; options: { expiration?: number } }[] = [];
  const later: Promise<unknown>[] = [];
  const context = {
    env: {
      IDEMPOTENCY: {
        get,
        put: async (key: string, value: string, options: object) =>
          void written.push({ key, value, options }),
      },
    },
    executionCtx: { waitUntil: (work: Promise<unknown>) => void later.push(work) },
    get: () => "request-1",
  } as unknown as AppContext;
  return { context, written, settled: () => Promise.all(later) };
}
const nothing = async () => null;
const never = () => new Promise<never>(() => {});

describe("KV", () => {
  test("never keeps a first request waiting: the ledger is asked at the same time", {
    timeout: 5_000,
  }, async () => {
    assert.deepEqual(await replayOr(edge(never).context, once, async () => reply()), reply());
  });

  test("answers by itself what it holds, while the ledger has not spoken", { timeout: 5_000 }, async () => {
    const { context } = edge(async () => ({ fingerprint: "the-body", link: link() }));
    const answer = await replayOr(context, once, never);
    assert.deepEqual(answer, { ...reply(), replayed: true, keptUntilMs: null });
  });

  test("answers also when the ledger is out of reach", async () => {
    const { context } = edge(async () => ({ fingerprint: "the-body", link: link() }));
    const answer = await replayOr(context, once, () => Promise.reject(new Error("overloaded")));
    assert.equal(answer.ok && answer.replayed, true);
  });

  test("refuses by itself a key that was used for another payload", { timeout: 5_000 }, async () => {
    const { context } = edge(async () => ({ fingerprint: "another-body", link: link() }));
    const answer = await replayOr(context, once, never);
    assert.equal(!answer.ok && answer.refusal.code, "idempotency_key_reused");
  });

  test("that fails is no more than one that knows nothing", async (t) => {
    const log = t.mock.method(console, "log", () => {});
    const { context } = edge(() => Promise.reject(new Error("KV is down")));
    assert.deepEqual(await replayOr(context, once, async () => reply()), reply());
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(String(log.mock.calls[0]?.arguments[0]), /idempotency_replay_unavailable/);
  });

  test("is given what can never change again, for as long as the ledger knows the key, and nothing that can", async () => {
    const problem = { code: "provider_rejected", title: "", detail: "", retryable: false } as const;
    const final = [reply(), reply({ status: "failed", problem })];
    const open = [
      reply({ status: "ready", link_token: "link-sandbox-1" }),
      reply({ status: "finalizing" }),
      reply({ status: "canceled" }),
      reply({ status: "expired" }),
      reply({ status: "failed", problem: { ...problem, retryable: true } }),
    ];
    for (const [replies, times] of [
      [final, 1],
      [open, 0],
    ] as const) {
      for (const decided of replies) {
        const { context, written, settled } = edge(nothing);
        await replayOr(context, once, async () => decided);
        await settled();
        assert.equal(written.length, times, JSON.stringify(decided));
        for (const { key, options } of written) {
          assert.equal(key, "the-scope");
          assert.equal(options.expiration, Math.floor(KEPT_UNTIL_MS / 1_000));
        }
      }
    }
  });
});
