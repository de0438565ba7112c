/** One step of an ownership check: how it stands, and its begin where one is due. */
import { DOUBT_MARGIN_SHARE, WATCH_MAX_MS } from "../limits.ts";
import type { OwnershipCheck, Provider, Result } from "../providers/provider.ts";
import type { PostedCheck } from "./link-record.ts";

export interface OwnershipStep extends PostedCheck {
  provider: Provider;
  customerId: string;
  accountId: string;
  upstreamTimeoutMs: number;
  now: () => number;
  /** Stores from when another check may be begun. `false`: nobody follows this one any more. */
  save: (noCheckBeforeMs: number) => boolean;
}

/**
 * A post whose answer is lost may still be at work while the list does not show it: the intent is written before the
 * call, and no other one goes out until the first must be dead.
 */
export async function stepOwnershipCheck(step: OwnershipStep): Promise<Result<OwnershipCheck>> {
  const { provider, customerId, accountId, upstreamTimeoutMs, now, save } = step;
  const read = await provider.verifyOwnership(customerId, accountId);
  if (!read.ok || !read.value.isDue || now() < step.noCheckBeforeMs) return read;
  if (!save(now() + Math.ceil(upstreamTimeoutMs * (1 + DOUBT_MARGIN_SHARE)))) return read;
  const begun = await provider.beginOwnershipCheck(customerId, accountId);
  if (begun.ok) {
    // It exists, however late the list shows it.
    save(now() + WATCH_MAX_MS);
    return read;
  }
  // Turned away, so nothing was begun.
  if (begun.failure.kind !== "unknown") save(0);
  return begun;
}
