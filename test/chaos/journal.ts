/** What was said to whom, in order: the ground for every judgement about what people were told. */
import type { Link, ProviderName } from "../../worker/contract.ts";
import type { ProblemCode } from "../../worker/problems/registry.ts";

export interface Entry {
  atMs: number;
  to: "browser" | "webhook";
  provider: ProviderName;
  customerId: string;
  visitId: string;
  /** `POST finalize`, `GET link`, or what the browser did by itself: `chose`. */
  what: string;
  /** The number of the account that this tab's customer chose, where one was. */
  choice?: string;
  /** 0 where no answer came; absent where none was asked for. */
  httpStatus?: number;
  said?: Saying;
  /** A refused request, or why the link failed. */
  code?: ProblemCode;
  /** Told that it is linked: whether the provider agreed in this very moment. */
  trueWhenTold?: boolean;
}

export interface Saying {
  linkId: string;
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
