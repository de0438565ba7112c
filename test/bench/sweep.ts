/** What a sweep costs in storage, by workerd's own counters. */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestHarness } from "wrangler";
import type { SweepCost } from "../fixtures/counted-sweep/cost.ts";
import { count, table } from "./table.ts";

interface ExpiredAccount {
  guid: string;
  updatedAtMs: number;
}

const ACCOUNTS = 100_000;
/** Between two sweeps of a busy bank: so many repaired, as many expired anew, as many repaired and expired again. */
const CHANGES = 100;
/** Cloudflare's list prices for rows of Durable Objects; an alarm that is set counts as a row written. */
const DOLLARS_PER_ROW_READ = 0.001 / 1_000_000;
const DOLLARS_PER_ROW_WRITTEN = 1 / 1_000_000;
/** Every quarter of an hour, as wrangler.toml says. */
const SWEEPS_PER_MONTH = 30 * 24 * 4;

export async function sweep(): Promise<string> {
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => newAccount(index));
  const bank = await startBank(accounts);
  const url = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
  const vars = {
    PROVIDERS: "cybrid",
    ENVIRONMENT: "sandbox",
    SESSION_SECRET: "a-secret-of-at-least-32-bytes-------",
    CYBRID_API_URL: url,
    CYBRID_IDENTITY_URL: url,
    CYBRID_CLIENT_ID: "id",
    CYBRID_CLIENT_SECRET: "secret",
  };
  const configPath = "./test/fixtures/counted-sweep/wrangler.toml";
  const harness = createTestHarness({ workers: [{ configPath, vars, secrets: vars }] });
  await harness.listen();
  const sweepOnce = async () => (await (await harness.fetch("/")).json()) as SweepCost;
  try {
    const first = await sweepOnce();
    const steady = await sweepOnce();
    change(accounts);
    const busy = await sweepOnce();
    const after = await sweepOnce();
    return table(
      ["sweep", "rows read", "rows written", "alarms", "messages", "each", "a month of such"],
      [
        row(`first, ${count(ACCOUNTS)} expired accounts`, first),
        row("nothing has changed", steady, SWEEPS_PER_MONTH),
        row(`${3 * CHANGES} have changed`, busy, SWEEPS_PER_MONTH),
        row("nothing has changed since", after, SWEEPS_PER_MONTH),
      ],
    );
  } finally {
    await harness.close();
    bank.closeAllConnections();
    bank.close();
  }
}

function row(name: string, cost: SweepCost, perMonth?: number): string[] {
  const { rowsRead, rowsWritten, alarms, messages } = cost;
  const dollars = rowsRead * DOLLARS_PER_ROW_READ + (rowsWritten + alarms) * DOLLARS_PER_ROW_WRITTEN;
  const month = perMonth === undefined ? "" : `$${(dollars * perMonth).toFixed(2)}`;
  return [name, ...[rowsRead, rowsWritten, alarms, messages].map(count), `$${dollars.toFixed(4)}`, month];
}

function newAccount(index: number): ExpiredAccount {
  return { guid: randomBytes(16).toString("hex"), updatedAtMs: Date.UTC(2026, 0, 1) + index * 1_000 };
}

/** Spread over the list, so that half of its pages begin one account later than before. */
function change(accounts: ExpiredAccount[]): void {
  const stride = Math.floor(accounts.length / CHANGES);
  for (let index = 0; index < CHANGES; index++) {
    const from = index * stride;
    accounts.splice(from, 1);
    accounts.splice(from + stride / 2, 0, newAccount(ACCOUNTS + index));
    const again = accounts[from + 1];
    if (again) again.updatedAtMs += 3_600_000;
  }
}

/** Cybrid's token endpoint and its list of expired accounts, no more. */
async function startBank(accounts: ExpiredAccount[]): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://bank");
    if (pathname === "/oauth/token") {
      request.resume();
      response.end(JSON.stringify({ access_token: "token", expires_in: 3_600 }));
      return;
    }
    const page = Number(searchParams.get("page"));
    const perPage = Number(searchParams.get("per_page"));
    const objects = accounts.slice(page * perPage, (page + 1) * perPage).map(({ guid, updatedAtMs }) => ({
      guid,
      customer_guid: guid,
      state: "refresh_required",
      updated_at: new Date(updatedAtMs).toISOString(),
    }));
    response.end(JSON.stringify({ total: accounts.length, page, per_page: perPage, objects }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
