/** The requests that a stand-in received, in order. */
export interface Call {
  method: string;
  /** As requested, with the query: `/api/workflows?page=0`. */
  path: string;
  /** The route's name, such as `GET /api/workflows/:guid`; `null` when there is no such route. */
  route: string | null;
  /** 0 while there is no answer, and if none was sent. */
  status: number;
  atMs: number;
  /** Whether the work was done: a fault can answer without it, or hide that it was. */
  worked: boolean;
  /** Without `authorization`. `headers["accept-version"]` is Cybrid's version. */
  headers: Record<string, string>;
  requestBody?: unknown;
  /** Cybrid's customer guid or Lynx's clientMemberId, where the request names one. */
  customer?: string;
  /** The fault of this call: see `faultLabel` in faults.ts. */
  fault?: string;
}

export function callsTo(calls: readonly Call[], route: string, customer?: string): Call[] {
  return calls.filter(
    (call) => call.route === route && (customer === undefined || call.customer === customer),
  );
}
