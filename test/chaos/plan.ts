/** The customers, their visits, and how each visit ends. Pure: the seed alone decides. */
import type { ProviderName } from "../../worker/contract.ts";
import { Draw } from "./draw.ts";
import { VISITS_PER_CUSTOMER_MAX } from "./limits.ts";

/** What a browser does once the customer has chosen an account, or instead of choosing. */
export type Ending =
  | "finalize"
  | "finalize-twice-with-one-key"
  | "finalize-twice-with-two-keys"
  /** The same link open in two tabs with a different account chosen in each: only one can be its outcome. */
  | "finalize-two-choices"
  /** The page is closed right after the request was sent, for good. */
  | "vanish"
  /** The same, but the customer returns in another tab. */
  | "vanish-and-return"
  /** Link stays open. */
  | "leave"
  | "exit"
  /** A public token that arrives after the exit. */
  | "exit-then-finalize";

export interface Visit {
  /** Also the link's `reference`, which identifies it in the ledger. */
  id: string;
  mode: "link" | "refresh";
  institutionId: string;
  /** No provider accepts a `cd`: its link must fail, and be reported as failed. */
  subtype: "checking" | "savings" | "cd";
  ending: Ending;
  /** How long after the finalize was sent the page closes. */
  vanishAfterMs: number;
  /** What Cybrid names otherwise than Plaid Link did; `null`: they agree. */
  contradicts: "institution" | "mask" | null;
  /** The first create is aborted after this time and repeated with its key; `null`: it is not. */
  createAbortedAfterMs: number | null;
}

export interface CustomerPlan {
  provider: ProviderName;
  type: "individual" | "business";
  /** Visits of one round happen at the same time. */
  rounds: Visit[][];
}

/** What a row of the matrix may set. */
export interface Crowding {
  providers: Readonly<Record<ProviderName, number>>;
  /** The share of visits in which Plaid Link and Cybrid contradict each other. */
  contradicting: number;
}

export const USUAL_CROWDING: Crowding = { providers: { cybrid: 60, lynx: 40 }, contradicting: 0 };

const ENDINGS: Readonly<Record<Ending, number>> = {
  finalize: 50,
  "finalize-twice-with-one-key": 10,
  "finalize-twice-with-two-keys": 10,
  "finalize-two-choices": 4,
  vanish: 12,
  "vanish-and-return": 8,
  leave: 3,
  exit: 3,
  "exit-then-finalize": 4,
};
const SUBTYPES = { checking: 80, savings: 16, cd: 4 } as const;
const INSTITUTIONS = { ins_109508: 70, ins_127287: 30 } as const;
const VANISH_WITHIN_MS = 400;
const CREATE_ABORTED_WITHIN_MS = 300;

export function planVisits(
  links: number,
  seed: number,
  { providers, contradicting }: Crowding = USUAL_CROWDING,
): CustomerPlan[] {
  const draw = new Draw(seed, "visits");
  // Its own draw, so that the rest of the plan is the same in every row.
  const contradictions = new Draw(seed, "contradictions");
  const customers: CustomerPlan[] = [];
  let planned = 0;

  function visit(): Visit {
    planned += 1;
    return {
      id: `visit-${planned}`,
      mode: "link",
      institutionId: draw.weighted(INSTITUTIONS),
      subtype: draw.weighted(SUBTYPES),
      ending: draw.weighted(ENDINGS),
      vanishAfterMs: draw.whole(0, VANISH_WITHIN_MS),
      contradicts: contradictions.chance(contradicting)
        ? contradictions.weighted({ institution: 50, mask: 50 })
        : null,
      createAbortedAfterMs: draw.chance(0.05) ? draw.whole(0, CREATE_ABORTED_WITHIN_MS) : null,
    };
  }

  /** Two browsers of one customer, with the same bank and account name: only their links differ. */
  function twins(): Visit[] {
    const first = visit();
    return [first, { ...visit(), institutionId: first.institutionId, subtype: first.subtype }];
  }

  while (planned < links) {
    const provider = draw.weighted(providers);
    const rounds: Visit[][] = [];
    const wanted = Math.min(draw.whole(1, VISITS_PER_CUSTOMER_MAX), links - planned);
    for (let left = wanted; left > 0; ) {
      const round = left > 1 && draw.chance(0.4) ? twins() : [visit()];
      rounds.push(round);
      left -= round.length;
      if (left > 0 && provider === "cybrid" && draw.chance(0.3)) {
        rounds.push([{ ...visit(), mode: "refresh" }]);
        left -= 1;
      }
    }
    customers.push({ provider, type: draw.weighted({ individual: 70, business: 30 }), rounds });
  }
  return customers;
}
