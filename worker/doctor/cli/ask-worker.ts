/** The Worker's own checklist, or why there is none. */
import { type DoctorItem, type DoctorReport, doctorReport } from "../../contract.ts";
import { failed, ok } from "../items.ts";

/** Real link tokens may take a while. */
const ANSWER_TIMEOUT_MS = 60_000;

export interface Asked {
  items: DoctorItem[];
  environment: DoctorReport["environment"];
}

export async function askWorker(
  api: URL,
  key: string,
  { customer, provider }: { customer?: string | undefined; provider?: string | undefined },
): Promise<Asked> {
  const url = new URL("/v1/doctor", api);
  if (customer) url.searchParams.set("customer_id", customer);
  if (provider) url.searchParams.set("provider", provider);
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    // The key goes to the address that was named, and nowhere else.
    redirect: "manual",
  }).catch(() => null);
  if (!response) return unanswered("Check --url, and that the Worker is deployed there.");
  if (response.status === 401) {
    return unanswered("The key was refused: check --key, and that API_KEYS is set (at least 16 characters).");
  }
  if (response.status === 400) {
    return unanswered("Check --customer and --provider: with two providers, name the customer's.");
  }
  const report = doctorReport.safeParse(await response.json().catch(() => null));
  if (!report.success)
    return unanswered(`Check --url: it answered ${response.status}, but not as a bank-link.`);
  const { items, environment, version } = report.data;
  return { items: [ok("answer", `bank-link ${version} answers at ${api.origin}`), ...items], environment };
}

function unanswered(whatToDo: string): Asked {
  return { items: [failed("answer", "The Worker answers", whatToDo)], environment: null };
}
