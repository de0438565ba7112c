/** Access tokens of the Cybrid stand-in: opaque, short-lived, each with its scopes. */
import { randomBytes } from "node:crypto";

interface AccessToken {
  scopes: ReadonlySet<string>;
  expiresAtMs: number;
}

export class AccessTokens {
  readonly #tokens = new Map<string, AccessToken>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(scopes: Iterable<string>, lifeS: number): string {
    const token = randomBytes(32).toString("base64url");
    this.#tokens.set(token, { scopes: new Set(scopes), expiresAtMs: this.#now() + lifeS * 1000 });
    return token;
  }

  check(token: string): { valid: true; scopes: ReadonlySet<string> } | { valid: false; expired: boolean } {
    const found = this.#tokens.get(token);
    if (!found) return { valid: false, expired: false };
    if (found.expiresAtMs <= this.#now()) return { valid: false, expired: true };
    return { valid: true, scopes: found.scopes };
  }

  expire(token: string): void {
    const found = this.#tokens.get(token);
    if (found) found.expiresAtMs = 0;
  }

  /** All that were ever given out. */
  all(): string[] {
    return [...this.#tokens.keys()];
  }

  expireAll(): void {
    for (const token of this.#tokens.values()) token.expiresAtMs = 0;
  }
}
