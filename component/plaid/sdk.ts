/** What the element uses of Plaid's SDK. Metadata is typed as optional, since Plaid may leave fields out. */

/** `window.Plaid`. */
export interface PlaidFactory {
  create(config: PlaidConfig): PlaidHandler;
}

/** All the keys that Plaid knows; it warns about any other. */
export interface PlaidConfig {
  token: string;
  /** Only after a bank's redirect: on a first launch even an empty one breaks Plaid Link. */
  receivedRedirectUri?: string;
  onLoad(): void;
  onSuccess(publicToken: string | null, metadata: PlaidSuccessMetadata | null): void;
  onExit(error: PlaidError | null, metadata: PlaidExitMetadata | null): void;
  onEvent(name: string, metadata: unknown): void;
}

export interface PlaidHandler {
  open(): void;
  exit(options?: { force?: boolean }): void;
  destroy(): void;
}

export interface PlaidSuccessMetadata {
  institution?: { name?: string; institution_id?: string } | null;
  accounts?: PlaidAccount[];
  /** Legacy, and empty when several accounts were chosen. */
  account?: PlaidAccount | null;
  account_id?: string | null;
  link_session_id?: string;
}

interface PlaidAccount {
  id?: string | null;
  name?: string | null;
  mask?: string | null;
  type?: string | null;
  subtype?: string | null;
}

export interface PlaidError {
  error_type?: string;
  error_code?: string;
  /** For the customer to read. */
  display_message?: string | null;
}

export interface PlaidExitMetadata {
  status?: string | null;
  link_session_id?: string;
  request_id?: string;
}

declare global {
  interface Window {
    Plaid?: PlaidFactory;
  }
}
