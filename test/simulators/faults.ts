/**
 * Faults on order. A rule says which calls it concerns, how often, and what goes wrong;
 * `answer-with-fault.ts` does it.
 */
import { seededRandom } from "./random.ts";

/** Whether the stand-in does what it was asked before things go wrong. */
export type Work = "undone" | "done";

/** `listLagMs`: what the call makes is missing in lists for a while too, whatever becomes of its answer. */
export type Fault = Mishap & { listLagMs?: number };

type Mishap =
  /** Waits, then answers as it should; a range is drawn from evenly. */
  | { kind: "latency"; ms: number | { from: number; to: number }; work?: Work }
  /** Keeps the connection open and never answers: the caller's time-out must end it. */
  | { kind: "silence"; work: Work }
  /** The connection is reset without a byte of an answer. */
  | { kind: "drop"; work: Work }
  /** Done; the connection is reset in the middle of the answer's body. */
  | { kind: "cut" }
  /** Any 4xx or 5xx. Without a body, the provider's own error shape. */
  | { kind: "status"; status: number; work?: Work; body?: unknown; headers?: Record<string, string> }
  /** `retryAfter` in seconds, or an HTTP date, or `null` for no such header. */
  | { kind: "rate-limit"; retryAfter: number | string | null }
  /** Done; the first half of the JSON, in an otherwise sound HTTP answer. */
  | { kind: "truncated-json" }
  /** Done; a sound HTTP answer that was never JSON. */
  | { kind: "malformed-json" }
  /** Done; valid JSON with a padding that makes it this large. */
  | { kind: "oversized-json"; bytes?: number }
  /** Done; the JSON labelled text/html or, with `page`, a proxy's HTML page in its place. */
  | { kind: "wrong-content-type"; page?: boolean }
  /** The access token ends now, before its time, and this call is the first to learn it. */
  | { kind: "expired-token" }
  /** Done; what this call makes is missing in lists for a while. */
  | { kind: "late-in-list"; ms: number };

export interface FaultedRequest {
  route: string;
  customer?: string;
  body: unknown;
}

export interface FaultRule {
  /** A route's name as in the call log, such as `POST /api/external_bank_accounts`, or `*`. */
  route: string;
  /** Of several, one is drawn evenly: name one twice to have it twice as often. */
  fault: Fault | Fault[];
  /** How many calls meet it; without, every one. */
  times?: number;
  /** How many calls pass unharmed before the rule begins. */
  skip?: number;
  /** The chance that a call meets it; without, it is certain. */
  probability?: number;
  /** A narrower choice, such as one customer. */
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

  /** For the rules that are added from now on. */
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
      // A generator for each rule: what one rule draws does not shift what another draws.
      random: seededRandom(this.#seed * 7919 + this.#added),
    });
  }

  /** The next call to the route. */
  once(route: string, fault: Fault): void {
    this.add({ route, fault, times: 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rules that can still strike, in the order in which they are asked. */
  active(): readonly ActiveRule[] {
    return this.#rules.filter(({ timesLeft }) => timesLeft > 0);
  }

  /** The fault that this call meets; of several rules, the first that was added wins. */
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
  if (fault.kind === "status") parts.push(fault.status);
  if ("work" in fault && fault.work) parts.push(fault.work);
  if (fault.listLagMs !== undefined) parts.push("late-in-list");
  return parts.join(":");
}
