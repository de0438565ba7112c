/** Visits every state that a model reaches with a bounded number of faults, and proves that each one leads to an end. */
import { hash } from "node:crypto";

export interface Model<State> {
  /** What may happen next: first what happens without a fault, then each fault. Empty at the end. */
  next: (state: State) => Choice<State>[];
  nowMs: (state: State) => number;
  /** How soon the end comes where no further fault happens. */
  endsWithinMs: (state: State) => number;
}

export interface Choice<State> {
  label: string;
  /** @throws ViolationError where a rule is broken on the way */
  take: () => State;
}

export interface Coverage {
  states: number;
  steps: number;
  /** The most steps from a state to the end, where no further fault happens. */
  longestEnd: number;
}

/** A broken rule, and how the model got there. */
export class ViolationError extends Error {
  override readonly name = "ViolationError";
  readonly rule: string;
  readonly detail: string;

  constructor(rule: string, detail = "", trail: Trail | null = null) {
    super([rule, detail, ...labelsOf(trail)].filter((line) => line !== "").join("\n  "));
    this.rule = rule;
    this.detail = detail;
  }
}

/** The faults that led to a state, the latest first. */
interface Trail {
  label: string;
  before: Trail | null;
}

interface Visit<State> {
  state: State;
  trail: Trail;
}

/** Far above what any path takes: two links, each polled hourly for a week. */
const STEPS_MAX = 600;

/** `faultsMax`: faults on one path. Each state is visited once, with the fewest faults that lead to it. */
export function explore<State>(
  model: Model<State>,
  starts: Record<string, State>,
  faultsMax: number,
): Coverage {
  /** By state: how far the end is. */
  const ends = new Map<string, { steps: number; atMs: number }>();
  const coverage: Coverage = { states: 0, steps: 0, longestEnd: 0 };
  let visits = new Map<string, Visit<State>>();
  for (const [label, state] of Object.entries(starts)) {
    visits.set(keyOf(state), { state, trail: { label, before: null } });
  }
  for (let faults = 0; faults <= faultsMax; faults++) {
    const later = new Map<string, Visit<State>>();
    for (const visit of visits.values()) {
      walkFaultFree(visit, (fault) => {
        if (faults === faultsMax) return;
        const key = keyOf(fault.state);
        if (!ends.has(key)) later.set(key, fault);
      });
    }
    visits = later;
  }
  return coverage;

  function walkFaultFree({ state: start, trail }: Visit<State>, branch: (fault: Visit<State>) => void): void {
    const walked: { key: string; state: State }[] = [];
    const underWay = new Set<string>();
    let state = start;
    let end = { steps: 0, atMs: model.nowMs(start) };
    for (;;) {
      const key = keyOf(state);
      const known = ends.get(key);
      if (known) {
        end = known;
        break;
      }
      if (underWay.has(key)) throw new ViolationError("every path ends", "the same state again", trail);
      underWay.add(key);
      walked.push({ key, state });
      const [faultFree, ...faults] = model.next(state);
      if (!faultFree) {
        end = { steps: -1, atMs: model.nowMs(state) };
        break;
      }
      for (const fault of faults) {
        branch({ state: take(fault, trail), trail: { label: fault.label, before: trail } });
      }
      state = take(faultFree, trail);
      if (walked.length > STEPS_MAX) throw new ViolationError("every path ends", `${STEPS_MAX} steps`, trail);
    }
    for (const { key, state } of walked.reverse()) {
      end = { steps: end.steps + 1, atMs: end.atMs };
      ends.set(key, end);
      coverage.states++;
      coverage.longestEnd = Math.max(coverage.longestEnd, end.steps);
      const leftMs = end.atMs - model.nowMs(state);
      if (leftMs > model.endsWithinMs(state) || end.steps > STEPS_MAX) {
        throw new ViolationError("every path ends", `${leftMs} ms and ${end.steps} steps later`, trail);
      }
    }
  }

  function take(choice: Choice<State>, trail: Trail): State {
    coverage.steps++;
    try {
      return choice.take();
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error;
      throw new ViolationError(error.rule, error.detail, { label: choice.label, before: trail });
    }
  }
}

function keyOf(state: unknown): string {
  return hash("md5", JSON.stringify(state), "base64");
}

function labelsOf(trail: Trail | null): string[] {
  return trail ? [...labelsOf(trail.before), trail.label] : [];
}
