/** What a stand-in was asked, in order of arrival. */
import type { IncomingHttpHeaders } from "node:http";

export interface Call {
  method: string;
  /** As asked for, with the query: `/api/workflows?page=0`. */
  path: string;
  /** The route's name, such as `GET /api/workflows/:guid`; `null` when there is no such route. */
  route: string | null;
  /** 0 while there is no answer, and for ever when none was sent. */
  status: number;
  atMs: number;
  /** Whether the stand-in's state was reached: a fault can answer without it, or hide that it was. */
  worked: boolean;
  /** Without `authorization`. `headers["accept-version"]` is Cybrid's version. */
  headers: IncomingHttpHeaders;
  requestBody?: unknown;
  /** Cybrid's customer guid, Lynx's clientMemberId, where the request tells. */
  customer?: string;
  /** The fault that was ordered for this call: see `faultLabel` in faults.ts. */
  fault?: string;
}

export function callsTo(calls: readonly Call[], route: string, customer?: string): Call[] {
  return calls.filter(
    (call) => call.route === route && (customer === undefined || call.customer === customer),
  );
}

export function callsOf(calls: readonly Call[], customer: string): Call[] {
  return calls.filter((call) => call.customer === customer);
}
