/**
 * Structured logs: one JSON line per request and per upstream call.
 * Only these fields exist, so that no token, secret or account number can slip into a line.
 */
export interface LogFields {
  request_id?: string | undefined;
  link_id?: string | undefined;
  /** Plaid's own ids, for its support. */
  link_session_id?: string | undefined;
  plaid_request_id?: string | undefined;
  exit_status?: string | undefined;
  exit_error_code?: string | undefined;
  provider?: string | undefined;
  method?: string | undefined;
  /** The route's pattern, or the upstream call's name: never a path with ids. */
  route?: string | undefined;
  status?: number | undefined;
  code?: string | undefined;
  upstream_status?: number | undefined;
  upstream_code?: string | undefined;
  upstream_request_id?: string | undefined;
  attempt?: number | undefined;
  ms?: number | undefined;
  variables?: string[] | undefined;
  message_id?: string | undefined;
  message_type?: string | undefined;
  status_to?: string | undefined;
  reason?: string | undefined;
  /** An account at the provider that may be a link's, and contradicts what Link told of it. */
  candidate_id?: string | undefined;
}

export type LogEvent =
  | "request"
  | "upstream"
  | "link"
  | "account_contradicts"
  | "webhook"
  | "webhook_undelivered"
  | "watch_given_up"
  | "exit"
  | "misconfigured"
  | "unexpected"
  | "idempotency_replay_unavailable";

export type Log = (event: LogEvent, fields: LogFields) => void;

export const log: Log = (event, fields) => {
  console.log(JSON.stringify({ event, ...fields }));
};

/**
 * Codes and ids come from upstream and from browsers. Only what has the form of one is logged: no sentence, and
 * nothing that begins like a token of Plaid's.
 */
export function loggableCode(text: string | null | undefined): string | undefined {
  return text && /^(?:[A-Za-z][A-Za-z_]{0,63}|[A-Z]{2,5}-\d{1,5})$/.test(text) ? text : undefined;
}

export function loggableId(text: string | null | undefined): string | undefined {
  return text && /^(?!link-|public-|access-|ey)[\w.:-]{1,64}$/.test(text) ? text : undefined;
}
