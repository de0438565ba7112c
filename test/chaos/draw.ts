/** Random draws from a seed. */
import { seededRandom } from "../simulators/random.ts";

export class Draw {
  readonly #random: () => number;

  /** `purpose` separates the draws of one part of a run from those of another. */
  constructor(seed: number, purpose: string) {
    let mixed = seed;
    for (const character of purpose) mixed = Math.imul(mixed, 31) + character.charCodeAt(0);
    this.#random = seededRandom(mixed);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  /** One of the keys, in proportion to its weight. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error("there is nothing to draw from");
  }
}
