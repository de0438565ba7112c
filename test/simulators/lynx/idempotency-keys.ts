/** Keys that have done their work, kept for ever, apart for each endpoint. */
import type { Answer } from "../answer.ts";

export class IdempotencyKeys {
  readonly #answers = new Map<string, Answer>();

  /** The earlier success under this key, or else what `work` answers; a refusal leaves the key free. */
  once(endpoint: string, key: string, work: () => Answer): Answer {
    const place = `${endpoint} ${key}`;
    const earlier = this.#answers.get(place);
    if (earlier) return earlier;
    const answer = work();
    this.#answers.set(place, answer);
    return answer;
  }
}
