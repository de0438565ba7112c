/** A customer's ledger and the world around it, at one moment. */
import type { LinkEvent } from "../../../../worker/ledger/link-machine.ts";
import type { LinkRecord } from "../../../../worker/ledger/link-record.ts";
import type { Shown } from "./calls.ts";
import type { Facts } from "./facts.ts";
import type { World } from "./world.ts";

export interface State {
  nowMs: number;
  world: World;
  links: ModelLink[];
  /** The table of accounts: each one's link. */
  owners: Record<string, string>;
}

export interface ModelLink {
  record: LinkRecord;
  /** In memory only: a crash loses it. */
  pausedUntilMs: number;
  /** The call under way, and how it will end. */
  pending: Pending | null;
  facts: Facts;
}

export interface Pending {
  event: LinkEvent;
  shown: Shown | null;
  atMs: number;
}

export const publicTokenOf = (linkId: string) => `public-${linkId}`;

export const bodyOf = (linkId: string, name: string) =>
  JSON.stringify({ linkId, name, token: publicTokenOf(linkId) });
