/** Faults as the control API takes and lists them. */
import * as z from "zod";
import type { Faults } from "../faults.ts";
import { ControlError, type Steered } from "./steered.ts";

const work = z.enum(["undone", "done"]);
const ms = z.number().min(0);
/** For every kind: what the call makes is missing in lists for so long. */
const listLagMs = ms.exactOptional();

const fault = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("latency"),
    ms: z.union([ms, z.strictObject({ from: ms, to: ms })]),
    work: work.exactOptional(),
    listLagMs,
  }),
  z.strictObject({ kind: z.literal("silence"), work, listLagMs }),
  z.strictObject({ kind: z.literal("drop"), work, listLagMs }),
  z.strictObject({ kind: z.literal("cut"), listLagMs }),
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    work: work.exactOptional(),
    body: z.unknown().exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
    listLagMs,
  }),
  z.strictObject({
    kind: z.literal("rate-limit"),
    retryAfter: z.union([ms, z.string()]).nullable(),
    listLagMs,
  }),
  z.strictObject({ kind: z.literal("truncated-json"), listLagMs }),
  z.strictObject({ kind: z.literal("malformed-json"), listLagMs }),
  z.strictObject({
    kind: z.literal("oversized-json"),
    bytes: z.int().min(1).max(64e6).exactOptional(),
    listLagMs,
  }),
  z.strictObject({ kind: z.literal("wrong-content-type"), page: z.boolean().exactOptional(), listLagMs }),
  z.strictObject({ kind: z.literal("expired-token"), listLagMs }),
  z.strictObject({ kind: z.literal("late-in-list"), ms, listLagMs }),
]);

const order = z.strictObject({
  provider: z.enum(["cybrid", "lynx"]),
  /** A route's name as in the call log, or `*`. */
  route: z.string().default("*"),
  fault: z.union([fault, z.array(fault).min(1)]),
  times: z.int().min(1).exactOptional(),
  skip: z.int().min(0).exactOptional(),
  probability: z.number().min(0).max(1).exactOptional(),
  /** Only calls of this customer. */
  customer: z.string().exactOptional(),
  /** For rules with a probability or several faults: the same seed draws the same. */
  seed: z.int().min(0).exactOptional(),
});

export const faultKinds = fault.options.map(({ shape }) => shape.kind.value);

/** For the list: `when` says little about itself, the customer that it looks for does. */
const customers = new WeakMap<object, string>();

export function orderFault(steered: Steered, wish: unknown): void {
  const read = order.safeParse(wish);
  if (!read.success) throw new ControlError(z.prettifyError(read.error));
  const { provider, customer, seed, ...rule } = read.data;
  const { faults, routeNames } = steered[provider];
  if (rule.route !== "*" && !routeNames.includes(rule.route)) {
    throw new ControlError(`${provider} has no route "${rule.route}", only: *, ${routeNames.join(", ")}`);
  }
  if (seed !== undefined) faults.seed(seed);
  if (customer === undefined) {
    faults.add(rule);
    return;
  }
  const when = (request: { customer?: string }) => request.customer === customer;
  customers.set(when, customer);
  faults.add({ ...rule, when });
}

export function orderedFaults({ cybrid, lynx }: Steered) {
  return [...listed("cybrid", cybrid.faults), ...listed("lynx", lynx.faults)];
}

export function clearFaults({ cybrid, lynx }: Steered): void {
  cybrid.faults.clear();
  lynx.faults.clear();
}

function listed(provider: "cybrid" | "lynx", faults: Faults) {
  return faults.active().map(({ route, fault, timesLeft, skipLeft, probability, when }) => ({
    provider,
    route,
    fault,
    /** `null`: no end. */
    times_left: Number.isFinite(timesLeft) ? timesLeft : null,
    skip_left: skipLeft,
    probability: probability ?? null,
    customer: (when && customers.get(when)) ?? null,
  }));
}
