/** What goes wrong upstream: every kind of fault, in about the shares in which networks and providers fail. */
import type { Fault, FaultRule, Faults } from "../simulators/faults.ts";
import { EXPIRED_TOKEN_SHARE, FAULTY_SHARE, LIST_LAG_MS, SLOW_MS, WORK_AFTER_TIMEOUT_MS } from "./limits.ts";

/** One of them is drawn uniformly; one listed twice is twice as frequent. */
const FAULTS: Fault[] = [
  { kind: "latency", ms: SLOW_MS },
  { kind: "latency", ms: SLOW_MS, work: "done" },
  { kind: "latency", ms: WORK_AFTER_TIMEOUT_MS },
  { kind: "latency", ms: WORK_AFTER_TIMEOUT_MS, work: "done" },
  { kind: "silence", work: "undone" },
  { kind: "silence", work: "done" },
  { kind: "drop", work: "undone" },
  { kind: "drop", work: "undone" },
  { kind: "drop", work: "done" },
  { kind: "drop", work: "done" },
  { kind: "cut" },
  { kind: "status", status: 500 },
  { kind: "status", status: 500, work: "done" },
  { kind: "status", status: 502, work: "done" },
  { kind: "status", status: 503, headers: { "retry-after": "1" } },
  { kind: "status", status: 504, work: "done" },
  { kind: "rate-limit", retryAfter: 1 },
  { kind: "rate-limit", retryAfter: null },
  { kind: "truncated-json" },
  { kind: "malformed-json" },
  { kind: "oversized-json" },
  { kind: "wrong-content-type" },
  { kind: "wrong-content-type", page: true },
];

/**
 * Rejections that a gateway makes up. Not at the token endpoints: after rejected credentials the Worker rightly
 * pauses for half a minute, and the run would measure nothing else.
 */
const FALSE_REJECTIONS: Fault[] = [
  { kind: "status", status: 400 },
  { kind: "status", status: 401 },
  { kind: "status", status: 408, work: "done" },
  { kind: "status", status: 422 },
];

/** The answer of a create is lost and the list does not show the account yet: the hardest case. */
export function lateFaults(listLagMs: number): Fault[] {
  return [
    { kind: "late-in-list", ms: listLagMs },
    { kind: "latency", ms: WORK_AFTER_TIMEOUT_MS, work: "done", listLagMs },
    { kind: "silence", work: "done", listLagMs },
    { kind: "drop", work: "done", listLagMs },
    { kind: "cut", listLagMs },
    { kind: "status", status: 500, work: "done", listLagMs },
    { kind: "truncated-json", listLagMs },
  ];
}

export interface Routes {
  token: string;
  createAccount: string;
}

/** `more`: rules of the row, which come before the usual mix. */
export function injectFaults(
  faults: Faults,
  seed: number,
  routes: Routes,
  more?: (routes: Routes) => FaultRule[],
) {
  const isOther: FaultRule["when"] = ({ route }) => route !== routes.token && route !== routes.createAccount;
  const probability = FAULTY_SHARE;
  faults.seed(seed);
  for (const rule of more?.(routes) ?? []) faults.add(rule);
  // Separate and rare: it affects every pending call, not only the one that meets it.
  const usesToken: FaultRule["when"] = ({ route }) => route !== routes.token;
  faults.add({
    route: "*",
    when: usesToken,
    probability: EXPIRED_TOKEN_SHARE,
    fault: { kind: "expired-token" },
  });
  faults.add({ route: routes.token, probability, fault: FAULTS });
  faults.add({
    route: routes.createAccount,
    probability,
    fault: [...FAULTS, ...FALSE_REJECTIONS, ...lateFaults(LIST_LAG_MS)],
  });
  faults.add({ route: "*", when: isOther, probability, fault: [...FAULTS, ...FALSE_REJECTIONS] });
}
