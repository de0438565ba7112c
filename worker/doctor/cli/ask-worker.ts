/** The checklist of the Worker, or the reason why there is none. */
import { type DoctorItem, type DoctorReport, doctorReport } from "../../contract.ts";
import { failed, ok } from "../items.ts";

/** Creating real link tokens takes time. */
const ANSWER_TIMEOUT_MS = 60_000;

export interface WorkerReport {
  items: DoctorItem[];
  environment: DoctorReport["environment"];
}

export async function askWorker(
  api: URL,
  key: string,
  { customer, provider }: { customer?: string | undefined; provider?: string | undefined },
): Promise<WorkerReport> {
  const url = new URL("/v1/doctor", api);
  if (customer) url.searchParams.set("customer_id", customer);
  if (provider) url.searchParams.set("provider", provider);
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    // The key is sent to the given address only.
    redirect: "manual",
  }).catch(() => null);
  if (!response) return noReport("Check --url, and that the Worker is deployed there.");
  if (response.status === 401) {
    return noReport("The key was rejected: check --key, and that API_KEYS is set (at least 16 characters).");
  }
  if (response.status === 400) {
    return noReport("Check --customer and --provider: with two providers, name the customer's.");
  }
  const report = doctorReport.safeParse(await response.json().catch(() => null));
  if (!report.success) return noReport(`Check --url: its answer, ${response.status}, is not from bank-link.`);
  const { items, environment, version } = report.data;
  return { items: [ok("answer", `bank-link ${version} answers at ${api.origin}`), ...items], environment };
}

function noReport(whatToDo: string): WorkerReport {
  return { items: [failed("answer", "The Worker answers", whatToDo)], environment: null };
}
