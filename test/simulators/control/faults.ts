/** Fault rules as the control API takes and lists them. */
import { HTTPException } from "hono/http-exception";
import * as z from "zod";
import type { Faults } from "../faults.ts";
import { readBody } from "./read-body.ts";
import type { StandIns } from "./stand-ins.ts";

const work = z.enum(["undone", "done"]);
const ms = z.number().min(0);
/** For every kind: what the call creates is missing in lists for so long. */
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
    kind: z.literal("text"),
    status: z.int().min(200).max(599),
    text: z.string(),
    contentType: z.string().exactOptional(),
    work: work.exactOptional(),
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

const rule = z.strictObject({
  provider: z.enum(["cybrid", "lynx"]),
  /** A route's name as in the call log, or `*`. */
  route: z.string().default("*"),
  fault: z.union([fault, z.array(fault).min(1)]),
  times: z.int().min(1).exactOptional(),
  skip: z.int().min(0).exactOptional(),
  probability: z.number().min(0).max(1).exactOptional(),
  /** Only calls of this customer. */
  customer: z.string().exactOptional(),
  /** For rules with a probability or several faults: the same seed gives the same sequence. */
  seed: z.int().min(0).exactOptional(),
});

export const faultKinds = fault.options.map(({ shape }) => shape.kind.value);

/** The customer that a rule's `when` matches, for the list. */
const customers = new WeakMap<object, string>();

export function addFault(standIns: StandIns, body: unknown): void {
  const { provider, customer, seed, ...added } = readBody(rule, body);
  const { faults, routeNames } = standIns[provider];
  if (added.route !== "*" && !routeNames.includes(added.route)) {
    const message = `${provider} has no route "${added.route}", only: *, ${routeNames.join(", ")}`;
    throw new HTTPException(400, { message });
  }
  if (seed !== undefined) faults.seed(seed);
  if (customer === undefined) {
    faults.add(added);
    return;
  }
  const when = (request: { customer?: string }) => request.customer === customer;
  customers.set(when, customer);
  faults.add({ ...added, when });
}

export function listFaults({ cybrid, lynx }: StandIns) {
  return [...listed("cybrid", cybrid.faults), ...listed("lynx", lynx.faults)];
}

export function clearFaults({ cybrid, lynx }: StandIns): void {
  cybrid.faults.clear();
  lynx.faults.clear();
}

function listed(provider: "cybrid" | "lynx", faults: Faults) {
  return faults.active().map(({ route, fault, timesLeft, skipLeft, probability, when }) => ({
    provider,
    route,
    fault,
    /** `null`: unlimited. */
    times_left: Number.isFinite(timesLeft) ? timesLeft : null,
    skip_left: skipLeft,
    probability: probability ?? null,
    customer: (when && customers.get(when)) ?? null,
  }));
}
