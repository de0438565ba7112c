/** What must hold for any input. A failure prints its seed and the smallest input that shows it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type FinalizeLink, finalizeLink } from "../../../worker/contract.ts";
import { allowedRedirectUri } from "../../../worker/http/redirect-uri.ts";
import { fingerprintOf } from "../../../worker/idempotency/fingerprint.ts";
import { parseIdempotencyKey } from "../../../worker/idempotency/key.ts";
import { dueAtMs, transition } from "../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../worker/ledger/link-record.ts";
import { nextAtMs } from "../../../worker/ledger/pacing.ts";
import { IDEMPOTENCY_KEY_MAX_CHARS, PROCESSING_POLL_MAX_MS } from "../../../worker/limits.ts";
import { RefusalError } from "../../../worker/problems/problem.ts";
import { uniqueAccountName } from "../../../worker/providers/account-name.ts";
import { callUpstream } from "../../../worker/providers/http.ts";
import { notDone } from "../../../worker/providers/provider.ts";
import { anySteps } from "./any-event.ts";
import { preparing } from "./links.ts";

// The same inputs in every run.
fc.configureGlobal({ seed: 20_251, numRuns: 500 });

/** `null`: refused, by us and not by accident. */
function unlessRefused<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof RefusalError, String(error));
    return null;
  }
}

describe("a link, whatever events come in whatever order,", () => {
  const MOVES: Record<LinkRecord["status"], LinkRecord["status"][]> = {
    preparing: ["preparing", "ready", "failed"],
    ready: ["ready", "finalizing", "canceled", "expired"],
    canceled: ["finalizing"],
    expired: ["finalizing"],
    finalizing: ["finalizing", "linked", "failed"],
    linked: [],
    failed: [],
  };
  const identity = ({ id, provider, request, reference, createdAtMs }: LinkRecord) => ({
    id,
    provider,
    request,
    reference,
    createdAtMs,
  });

  test("moves only as it may, keeps its identity, and drops its tokens", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(anySteps, (steps) => {
        let record = deepFreeze(preparing());
        let nowMs = 0;
        for (const { events, pick, isFitting, afterMs } of steps) {
          nowMs += afterMs;
          // Frozen: a record that is written to, instead of replaced, throws.
          const moves = events.map((event) => transition(record, event, nowMs));
          const fitting = moves.filter(({ kind }) => kind !== "unfit");
          const choice = isFitting && fitting.length > 0 ? fitting : moves;
          const move = choice[pick % choice.length];
          assert.ok(move);
          if (move.kind === "waits") assert.ok(move.untilMs > nowMs, "the same step at once");
          if (move.kind !== "moved") continue;
          const next = deepFreeze(move.record);
          assert.ok(MOVES[record.status].includes(next.status), `${record.status} → ${next.status}`);
          assert.deepEqual(identity(next), identity(record));
          assert.ok(Number.isFinite(dueAtMs(next)), "it is due some time");
          const text = JSON.stringify(next);
          if (next.status !== "ready") assert.doesNotMatch(text, /link-token/);
          if (next.status !== "finalizing" || "account" in next.task)
            assert.doesNotMatch(text, /public-token/);
          reached.add(next.status === "finalizing" ? next.task.kind : next.status);
          record = next;
        }
      }),
      { numRuns: 3_000 },
    );
    assert.equal(reached.size, 13, `reached ${[...reached].join(", ")}`);
  });
});

describe("an Idempotency-Key", () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((unit) => String.fromCharCode(unit)),
    minLength: 1,
    maxLength: IDEMPOTENCY_KEY_MAX_CHARS,
  });
  const quoted = (key: string) => `"${key.replace(/["\\]/g, "\\$&")}"`;

  test("of printable characters survives being quoted", () => {
    fc.assert(fc.property(printable, (key) => assert.equal(parseIdempotencyKey(quoted(key)), key)));
  });

  test("is the same bare, where it needs no quotes", () => {
    const bare = printable.filter((key) => key.trim() === key && !key.includes('"'));
    fc.assert(fc.property(bare, (key) => assert.equal(parseIdempotencyKey(key), key)));
  });

  test("is refused, or within what is taken, whatever the header says", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), printable, printable.map(quoted)), (header) => {
        const key = unlessRefused(() => parseIdempotencyKey(header));
        if (key === null) return;
        assert.match(key, /^[ -~]{1,255}$/);
        assert.equal(parseIdempotencyKey(quoted(key)), key);
      }),
    );
  });
});

describe("a fingerprint", () => {
  /** The same fields in the opposite order, at any depth. */
  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, field]) => [name, reversed(field)]),
    );
  }
  const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

  const field = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
  const body = fc.record(
    {
      public_token: field,
      account: fc.record({ id: field, name: field, mask: field, subtype: field }, { requiredKeys: ["id"] }),
      institution: fc.option(fc.record({ id: field, name: field })),
      link_session_id: field,
    },
    { requiredKeys: ["public_token", "account"] },
  );

  test("does not depend on the order of fields, at any depth, of a body that its schema has parsed", async () => {
    await fc.assert(
      fc.asyncProperty(body, async (sent) =>
        assert.equal(
          await fingerprintOf(finalizeLink.parse(reversed(sent))),
          await fingerprintOf(finalizeLink.parse(sent)),
        ),
      ),
    );
  });

  test("differs where the bodies differ", async () => {
    await fc.assert(
      fc.asyncProperty(json, json, async (one, other) => {
        fc.pre(!isSame(one, other));
        assert.notEqual(await fingerprintOf(one), await fingerprintOf(other));
      }),
    );
  });

  function isSame(one: unknown, other: unknown): boolean {
    try {
      assert.deepStrictEqual(one, other);
      return true;
    } catch {
      return false;
    }
  }
});

test("a redirect URI is one of those that are registered, or refused", () => {
  const uri = fc.oneof(fc.webUrl(), fc.constantFrom("https://a.example/", "https://a.example/b"));
  fc.assert(
    fc.property(fc.option(uri, { nil: undefined }), fc.array(uri, { maxLength: 3 }), (asked, registered) => {
      const allowed = unlessRefused(() => allowedRedirectUri(asked, registered));
      const only = registered.length === 1 ? registered[0] : null;
      const expected = asked === undefined ? only : registered.includes(asked) ? asked : null;
      assert.equal(allowed, expected);
    }),
  );
});

describe("Retry-After", () => {
  const NOW_MS = Date.UTC(2026, 0, 1);

  /** As a call reads it. */
  async function read(header: string): Promise<number | null> {
    const answer = await callUpstream(
      { call: "test", method: "GET", url: "https://provider.example/", headers: {} },
      {
        fetch: async () => new Response("{}", { status: 429, headers: { "Retry-After": header } }),
        log: () => {},
        timeoutMs: 1_000,
        now: () => NOW_MS,
        errorCode: () => undefined,
      },
    );
    assert.equal(answer.kind, "answered");
    return answer.kind === "answered" ? answer.retryAfterMs : null;
  }

  test("in seconds is read as it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(999_999), async (seconds) =>
        assert.equal(await read(String(seconds)), seconds * 1_000),
      ),
    );
  });

  test("as a date is the time until then, and never before now", async () => {
    const seconds = fc.integer({ min: -1_000_000, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(seconds, async (seconds) => {
        const date = new Date(NOW_MS + seconds * 1_000).toUTCString();
        assert.equal(await read(date), Math.max(0, seconds * 1_000));
      }),
    );
  });

  test("is nothing, or a time, whatever the header says", async () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^-?\d{0,30}(\.\d*)?$/),
      fc.date({ noInvalidDate: true }).map(String),
    );
    await fc.assert(
      fc.asyncProperty(header, async (header) => {
        const pauseMs = await read(header);
        assert.ok(pauseMs === null || (Number.isFinite(pauseMs) && pauseMs >= 0), String(pauseMs));
      }),
    );
  });

  test("is obeyed for an hour at the most, and never shortens our own delay", () => {
    const delayMs = fc.integer({ min: 1, max: PROCESSING_POLL_MAX_MS });
    fc.assert(
      fc.property(delayMs, fc.option(fc.nat()), (delayMs, retryAfterMs) => {
        const result = notDone("provider_unavailable", retryAfterMs);
        const pauseMs = nextAtMs(NOW_MS, delayMs, result.ok ? null : result.failure) - NOW_MS;
        assert.equal(pauseMs, Math.min(Math.max(delayMs, retryAfterMs ?? 0), PROCESSING_POLL_MAX_MS));
      }),
    );
  });
});

const text = (maxLength: number) => fc.string({ unit: "grapheme", minLength: 1, maxLength });
const bankText = text(256).filter((text) => text.length <= 256 && !/[\p{Cc}\p{Cs}]/u.test(text));
const plaidValue = fc.stringMatching(/^[!-~]{1,128}$/);
const noNullPrototype = true;
const body: fc.Arbitrary<FinalizeLink> = fc.record(
  {
    public_token: plaidValue,
    account: fc.record(
      { id: plaidValue, name: fc.option(bankText), mask: fc.option(bankText), subtype: fc.option(bankText) },
      { requiredKeys: ["id"], noNullPrototype },
    ),
    institution: fc.option(fc.record({ id: bankText, name: bankText }, { noNullPrototype })),
    link_session_id: fc.option(plaidValue),
  },
  { requiredKeys: ["public_token", "account"], noNullPrototype },
);

describe("an account's name", () => {
  test("fits, is not empty, and is unlike every name in doubt", () => {
    const maxChars = fc.integer({ min: 20, max: 128 });
    fc.assert(
      fc.property(body, maxChars, fc.nat(15), (selection, maxChars, others) => {
        const taken = new Set<string>();
        for (let count = 0; count <= others; count++) {
          const name = uniqueAccountName(selection, maxChars, taken);
          assert.ok(
            name.length <= maxChars && name.trim() !== "" && name.isWellFormed(),
            JSON.stringify(name),
          );
          assert.ok(!taken.has(name));
          taken.add(name);
        }
      }),
    );
  });
});

describe("a finalize's body", () => {
  test("that is well formed is taken as it is", () => {
    fc.assert(fc.property(body, (body) => assert.deepEqual(finalizeLink.parse(body), body)));
  });

  test("is refused with a field that it does not know, at any depth", () => {
    fc.assert(
      fc.property(body, fc.constantFrom("account", "institution", null), (body, place) => {
        const whole: Record<string, unknown> = body;
        const part = place === null ? body : whole[place];
        fc.pre(part !== null && part !== undefined);
        const more = { ...(part as object), more: 1 };
        assert.equal(
          finalizeLink.safeParse(place === null ? more : { ...body, [place]: more }).success,
          false,
        );
      }),
    );
  });

  test("of any other kind is refused, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { success, data } = finalizeLink.safeParse(value);
        if (success) assert.match(data.public_token, /^\S{1,128}$/);
      }),
    );
  });

  test("is refused with a token that is empty, too long, or holds spaces or control characters", () => {
    const spoiled = fc.oneof(
      fc.constant(""),
      plaidValue.map((value) => value.padEnd(129, "x")),
      fc
        .tuple(plaidValue, fc.constantFrom(" ", "\n", "\0", "\u0085", "\ud800"))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(body, spoiled, (body, public_token) => {
        assert.equal(finalizeLink.safeParse({ ...body, public_token }).success, false);
      }),
    );
  });
});

function deepFreeze<Value>(value: Value): Value {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) deepFreeze(field);
  return Object.freeze(value);
}
