/** The tokens of one kind that a stand-in has issued; it still knows them once they have expired. */
export type Issued<Details> = Details & { expiresAtMs: number };

export class IssuedTokens<Details extends object> {
  /** In the order in which they were issued. */
  readonly #issued = new Map<string, Issued<Details>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(token: string, details: Details, lifeMs: number): Issued<Details> {
    const issued = { ...details, expiresAtMs: this.#now() + lifeMs };
    this.#issued.set(token, issued);
    return issued;
  }

  /** Expired or not. */
  get(token: string): Issued<Details> | undefined {
    return this.#issued.get(token);
  }

  live(token: string): Issued<Details> | undefined {
    const issued = this.#issued.get(token);
    return issued && issued.expiresAtMs > this.#now() ? issued : undefined;
  }

  expire(token: string): void {
    const issued = this.#issued.get(token);
    if (issued) issued.expiresAtMs = 0;
  }

  expireAll(): void {
    for (const issued of this.#issued.values()) issued.expiresAtMs = 0;
  }

  tokens(): string[] {
    return [...this.#issued.keys()];
  }

  all(): Issued<Details>[] {
    return [...this.#issued.values()];
  }
}
