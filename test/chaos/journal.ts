/** What every browser and webhook reported, in order: the evidence for what people were shown. */
import type { Link, ProviderName } from "../../worker/contract.ts";
import type { ProblemCode } from "../../worker/problems/registry.ts";

export interface Entry {
  atMs: number;
  to: "browser" | "webhook";
  provider: ProviderName;
  customerId: string;
  visitId: string;
  /** `POST finalize`, `GET link`, or what happened without a request: `chose`, `received`, a webhook's type. */
  what: string;
  /** The number of the account that was chosen in this tab, if any. */
  choice?: string;
  /** 0 if no answer arrived; absent if nothing was requested. */
  httpStatus?: number;
  /** The link as it was reported. */
  link?: ReportedLink;
  /** The account that a `bank_account.updated` reports. */
  updatedAccountId?: string;
  /** Why a request was rejected, or the link failed. */
  code?: ProblemCode;
  /** Of a link reported as linked: whether that was true at the provider at that moment. */
  wasTrue?: boolean;
}

export interface ReportedLink {
  id: string;
  mode: Link["mode"];
  status: Link["status"];
  accountId: string | null;
}

export class Journal {
  readonly entries: Entry[] = [];

  add(entry: Omit<Entry, "atMs">): void {
    this.entries.push({ atMs: Date.now(), ...entry });
  }
}
