/** A client-credentials call to a provider's token endpoint. Its failures never leave an account in doubt. */
import * as z from "zod";
import { callUpstream, type UpstreamOptions, type UpstreamRequest } from "../http.ts";
import { notDone, type Result, succeed } from "../provider.ts";

/** RFC 6749, 5.2: a code in lower case. The `error` of a firewall's JSON is a sentence or a title. */
const refusal = z.object({ error: z.string().regex(/^[a-z][a-z_]*$/) });

export async function callTokenEndpoint<Schema extends z.ZodType>(
  request: Pick<UpstreamRequest, "call" | "url"> & { body: object },
  schema: Schema,
  options: Omit<UpstreamOptions, "errorCode">,
): Promise<Result<z.infer<Schema>>> {
  const { call, url, body } = request;
  const answer = await callUpstream(
    { call, method: "POST", url, headers: {}, body: JSON.stringify(body) },
    { ...options, errorCode: (body) => refusal.safeParse(body).data?.error },
  );
  if (answer.kind === "lost") {
    return notDone(answer.reason === "timeout" ? "provider_timeout" : "provider_unavailable");
  }
  const { status, retryAfterMs } = answer;
  const parsed = schema.safeParse(answer.body);
  if (status < 300 && parsed.success) return succeed(parsed.data);
  // Only OAuth's own word is believed: anything else comes from something in between, or passes.
  const areCredentialsRefused =
    status >= 400 && status < 500 && status !== 429 && refusal.safeParse(answer.body).success;
  return areCredentialsRefused
    ? notDone("provider_misconfigured")
    : notDone("provider_unavailable", retryAfterMs);
}
