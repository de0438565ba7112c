/** The answers of completed requests by idempotency key, kept forever, separately for each endpoint. */
import type { Answer } from "../answer.ts";

export class IdempotencyKeys {
  readonly #answers = new Map<string, Answer>();

  /** The earlier success under this key, else the answer of `work`; if that fails, the key stays unused. */
  once(endpoint: string, key: string, work: () => Answer): Answer {
    const place = `${endpoint} ${key}`;
    const earlier = this.#answers.get(place);
    if (earlier) return earlier;
    const answer = work();
    this.#answers.set(place, answer);
    return answer;
  }
}
