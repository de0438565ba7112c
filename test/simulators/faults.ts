/**
 * Fault injection. A rule says which calls it concerns, how often, and what goes wrong;
 * `answer-with-fault.ts` carries it out.
 */
import { seededRandom } from "./random.ts";

/** Whether the stand-in does the work before things go wrong. */
export type Work = "undone" | "done";

/** `listLagMs`: what the call creates is also missing in lists for a while, whatever happens to its answer. */
export type Fault = FaultKind & { listLagMs?: number };

type FaultKind =
  /** Waits, then answers correctly; a range is drawn from uniformly. */
  | { kind: "latency"; ms: number | { from: number; to: number }; work?: Work }
  /** Keeps the connection open and never answers: the caller's time-out must end it. */
  | { kind: "silence"; work: Work }
  /** The connection is reset before any byte of an answer. */
  | { kind: "drop"; work: Work }
  /** Done; the connection is reset in the middle of the answer's body. */
  | { kind: "cut" }
  /** Any 4xx or 5xx. Without a body, the provider's own error shape. */
  | { kind: "status"; status: number; work?: Work; body?: unknown; headers?: Record<string, string> }
  /** Not JSON but this text: a gateway's page, a body that nobody documented, or nothing at all. */
  | { kind: "text"; status: number; text: string; contentType?: string; work?: Work }
  /** `retryAfter` in seconds, or an HTTP date, or `null` for no such header. */
  | { kind: "rate-limit"; retryAfter: number | string | null }
  /** Done; the first half of the JSON, in an otherwise valid HTTP answer. */
  | { kind: "truncated-json" }
  /** Done; a valid HTTP answer whose body is not JSON. */
  | { kind: "malformed-json" }
  /** Done; valid JSON, padded to this size. */
  | { kind: "oversized-json"; bytes?: number }
  /** Done; the JSON labelled text/html or, with `page`, a proxy's HTML page in its place. */
  | { kind: "wrong-content-type"; page?: boolean }
  /** The access token expires early, and this call is the first to be rejected. */
  | { kind: "expired-token" }
  /** Done; what this call creates is missing in lists for a while. */
  | { kind: "late-in-list"; ms: number };

export interface FaultedRequest {
  route: string;
  customer?: string;
  body: unknown;
}

export interface FaultRule {
  /** A route's name as in the call log, such as `POST /api/external_bank_accounts`, or `*`. */
  route: string;
  /** Of several, one is drawn uniformly: list one twice to have it twice as often. */
  fault: Fault | Fault[];
  /** How many calls it affects; left out, all. */
  times?: number;
  /** How many calls pass before it takes effect. */
  skip?: number;
  /** The chance that it affects a call; left out, it is certain. */
  probability?: number;
  /** A further condition, such as one customer. */
  when?: (request: FaultedRequest) => boolean;
}

export interface ActiveRule extends FaultRule {
  timesLeft: number;
  skipLeft: number;
  random: () => number;
}

export class Faults {
  #seed: number;
  #added = 0;
  #rules: ActiveRule[] = [];

  constructor(seed = 1) {
    this.#seed = seed;
  }

  /** For rules added from now on. */
  seed(seed: number): void {
    this.#seed = seed;
    this.#added = 0;
  }

  add(rule: FaultRule): void {
    this.#added += 1;
    this.#rules.push({
      ...rule,
      timesLeft: rule.times ?? Number.POSITIVE_INFINITY,
      skipLeft: rule.skip ?? 0,
      // A generator for each rule, so that the draws of one do not shift those of another.
      random: seededRandom(this.#seed * 7919 + this.#added),
    });
  }

  /** Affects only the next call to the route. */
  once(route: string, fault: Fault): void {
    this.add({ route, fault, times: 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rules that can still take effect, in the order in which they are checked. */
  active(): readonly ActiveRule[] {
    return this.#rules.filter(({ timesLeft }) => timesLeft > 0);
  }

  /** The fault of this call; of several rules, the one added first wins. */
  next(request: FaultedRequest): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.route !== "*" && rule.route !== request.route) continue;
      if (rule.timesLeft <= 0) continue;
      if (rule.when && !rule.when(request)) continue;
      if (rule.skipLeft > 0) {
        rule.skipLeft -= 1;
        continue;
      }
      if (rule.probability !== undefined && rule.random() >= rule.probability) continue;
      rule.timesLeft -= 1;
      if (!Array.isArray(rule.fault)) return rule.fault;
      return rule.fault[Math.floor(rule.random() * rule.fault.length)];
    }
    return undefined;
  }
}

/** `drop:done`, `status:503`, `status:503:done`: how the call log names a fault. */
export function faultLabel(fault: Fault): string {
  const parts: (string | number)[] = [fault.kind];
  if (fault.kind === "status" || fault.kind === "text") parts.push(fault.status);
  if ("work" in fault && fault.work) parts.push(fault.work);
  if (fault.listLagMs !== undefined) parts.push("late-in-list");
  return parts.join(":");
}
