/** The rows of the matrix: what each changes about the providers, their faults and the crowd. */
import type { CybridSettings } from "../simulators/cybrid/index.ts";
import type { Fault, FaultRule, Work } from "../simulators/faults.ts";
import type { LynxSettings } from "../simulators/lynx/index.ts";
import { lateFaults, type Routes } from "./fault-mix.ts";
import {
  CONTRADICTING_SHARE,
  GATEWAY_BURST_EVERY_MS,
  GATEWAY_BURST_MS,
  GATEWAY_SHARE,
  LATE_LIST_LAG_MS,
  LATE_LIST_SHARE,
  ODD_BODY_SHARE,
} from "./limits.ts";
import { type Crowding, USUAL_CROWDING } from "./plan.ts";

export interface Row {
  /** Off unless set, so that only the ledger prevents a second account. */
  singleUsePublicTokens?: boolean;
  cybrid?: Partial<CybridSettings>;
  lynx?: Partial<LynxSettings>;
  /** Before the usual mix of faults. */
  faults?: (routes: Routes) => FaultRule[];
  crowding?: Crowding;
}

function page(status: number, title: string, work: Work): Fault {
  const text = `<!doctype html><title>${title}</title><h1>${title}</h1>`;
  return { kind: "text", status, text, contentType: "text/html; charset=utf-8", work };
}

/** What stands between the Worker and a provider, and answers in the provider's stead. */
const GATEWAY_PAGES: Fault[] = [
  page(403, "Request blocked", "undone"),
  page(404, "Not found", "undone"),
  page(502, "Bad gateway", "undone"),
  page(502, "Bad gateway", "done"),
  page(200, "Checking your connection", "undone"),
  page(200, "Checking your connection", "done"),
];

function body(text: string, work: Work): Fault {
  return { kind: "text", status: 200, text, work };
}

/** None of these says whether the account was added. */
const ODD_BODIES: Fault[] = [
  body('{"status":"ERROR"}', "undone"),
  body('{"data":{"success":false}}', "undone"),
  body('{"data":null}', "undone"),
  body('{"data":null}', "done"),
  body("", "undone"),
  body("", "done"),
];

function gatewayRules(): FaultRule[] {
  const isBurst = () => Date.now() % GATEWAY_BURST_EVERY_MS < GATEWAY_BURST_MS;
  return [
    { route: "*", when: isBurst, fault: GATEWAY_PAGES },
    { route: "*", probability: GATEWAY_SHARE, fault: GATEWAY_PAGES },
  ];
}

export const ROW_NAMES = [
  "protections-off",
  "protections-on",
  "tokens-fail-later",
  "late-lists",
  "contradicting-institution",
  "gateway-pages",
  "odd-bodies",
] as const;

export type RowName = (typeof ROW_NAMES)[number];

export const ROWS: Readonly<Record<RowName, Row>> = {
  "protections-off": {},
  "protections-on": {
    singleUsePublicTokens: true,
    cybrid: { duplicateDetection: true, spentTokenAnswers: "422" },
    lynx: { duplicateDetection: true },
  },
  "tokens-fail-later": { singleUsePublicTokens: true, cybrid: { spentTokenAnswers: "failed later" } },
  "late-lists": {
    faults: ({ createAccount }) => [
      { route: createAccount, probability: LATE_LIST_SHARE, fault: lateFaults(LATE_LIST_LAG_MS) },
    ],
  },
  "contradicting-institution": {
    crowding: { providers: { cybrid: 100, lynx: 0 }, contradicting: CONTRADICTING_SHARE },
  },
  "gateway-pages": { faults: gatewayRules },
  "odd-bodies": {
    lynx: { linkVerifiedWarns: true, verifiedIndicator: false },
    faults: ({ createAccount }) => [{ route: createAccount, probability: ODD_BODY_SHARE, fault: ODD_BODIES }],
    crowding: { ...USUAL_CROWDING, providers: { cybrid: 0, lynx: 100 } },
  },
};
