/** Access tokens of the Lynx stand-in: JWTs whose signature nobody checks. */
import { randomBytes } from "node:crypto";

interface AccessToken {
  jwt: string;
  expiresAtMs: number;
}

export class AccessTokens {
  #current: AccessToken | undefined;
  readonly #tokens = new Map<string, AccessToken>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The token that is out, until shortly before its end; then a new one. */
  issue(
    claims: Record<string, unknown>,
    lifeS: number,
    rollsS: number,
  ): { jwt: string; secondsLeft: number } {
    const nowMs = this.#now();
    if (!this.#current || this.#current.expiresAtMs - nowMs <= rollsS * 1000) {
      const exp = Math.floor(nowMs / 1000) + lifeS;
      this.#current = {
        jwt: unsignedJwt({ ...claims, iat: exp - lifeS, exp }),
        expiresAtMs: nowMs + lifeS * 1000,
      };
      this.#tokens.set(this.#current.jwt, this.#current);
    }
    const secondsLeft = Math.floor((this.#current.expiresAtMs - nowMs) / 1000);
    return { jwt: this.#current.jwt, secondsLeft };
  }

  isValid(jwt: string): boolean {
    const token = this.#tokens.get(jwt);
    return token !== undefined && token.expiresAtMs > this.#now();
  }

  expire(jwt: string): void {
    const token = this.#tokens.get(jwt);
    if (token) token.expiresAtMs = 0;
  }

  /** All that were ever given out. */
  all(): string[] {
    return [...this.#tokens.keys()];
  }

  expireAll(): void {
    for (const token of this.#tokens.values()) token.expiresAtMs = 0;
  }
}

function unsignedJwt(payload: Record<string, unknown>): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const header = { alg: "RS256", typ: "JWT", kid: "stand-in" };
  return `${encode(header)}.${encode(payload)}.${randomBytes(64).toString("base64url")}`;
}
