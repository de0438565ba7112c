import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { deliver } from "../../../worker/notify/webhook.ts";

const secret = (text: string) => `whsec_${Buffer.from(text.padEnd(32, "-")).toString("base64")}`;
const SECRETS = [secret("the next"), secret("the present")];
const message = { id: "msg_1", type: "bank_link.linked", payload: '{"type":"bank_link.linked"}' } as const;

function receiver(answer: () => Response | Promise<Response>) {
  const requests: RequestInit[] = [];
  const run = () =>
    deliver(
      message,
      { url: "https://shop.example.com/webhooks", secrets: SECRETS },
      {
        fetch: async (_url, init) => {
          requests.push(init ?? {});
          return answer();
        },
        log: () => {},
        now: () => new Date(),
      },
    );
  return { run, requests };
}

describe("a delivery", () => {
  test("is signed with each secret, so that the receiver may have either", async () => {
    const { run, requests } = receiver(() => new Response(null, { status: 204 }));
    assert.equal(await run(), true);
    const [{ headers, body } = {}] = requests;
    for (const known of SECRETS) {
      const verified = new Webhook(known).verify(String(body), headers as Record<string, string>);
      assert.deepEqual(verified, { type: "bank_link.linked" });
    }
    assert.equal((headers as Record<string, string>)["webhook-id"], "msg_1");
  });

  test("succeeds with a 2xx and nothing else; a redirect is not followed", async () => {
    for (const [status, taken] of [
      [200, true],
      [202, true],
      [301, false],
      [410, false],
      [500, false],
    ] as const) {
      const { run, requests } = receiver(() => new Response(null, { status }));
      assert.equal(await run(), taken, String(status));
      assert.equal(requests[0]?.redirect, "manual");
    }
    const gone = receiver(() => Promise.reject(new TypeError("no route")));
    assert.equal(await gone.run(), false);
  });
});
