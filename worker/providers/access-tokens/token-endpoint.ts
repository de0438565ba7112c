/** A client-credentials call to a provider's token endpoint. Its failures never leave an account in doubt. */
import * as z from "zod";
import { callUpstream, type UpstreamOptions, type UpstreamRequest } from "../http.ts";
import { notDone, type Result, succeed } from "../provider.ts";

/** RFC 6749, 5.2. */
const refusalAnswer = z.object({ error: z.string() });

export async function callTokenEndpoint<Schema extends z.ZodType>(
  request: Pick<UpstreamRequest, "call" | "url"> & { body: object },
  schema: Schema,
  options: UpstreamOptions,
): Promise<Result<z.infer<Schema>>> {
  const { call, url, body } = request;
  const answer = await callUpstream(
    { call, method: "POST", url, headers: {}, body: JSON.stringify(body) },
    options,
  );
  if (answer.kind === "lost") {
    return notDone(answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable");
  }
  if (answer.status === 429 || answer.status >= 500) {
    return notDone("provider_unavailable", answer.retryAfterMs);
  }
  const isOwnError = refusalAnswer.safeParse(answer.body).success || options.errorCode(answer.body);
  // A firewall's page or a proxy's: the token endpoint has not spoken, and the credentials may be right.
  if (answer.status >= 400 && !isOwnError) return notDone("provider_unavailable", answer.retryAfterMs);
  const parsed = schema.safeParse(answer.body);
  return parsed.success ? succeed(parsed.data) : notDone("provider_misconfigured");
}
