/** Kills the Worker so many times, spread evenly over the run's progress. */
import { setTimeout as delay } from "node:timers/promises";
import { KILL_MOMENT_WITHIN_MS, LIFE_MIN_MS, PROGRESS_POLL_MS } from "./limits.ts";
import type { KillMoment, MortalWorker } from "./mortal-worker.ts";
import { Draw } from "./random.ts";

export interface KillerOptions {
  worker: MortalWorker;
  kills: number;
  seed: number;
  /** From 0 to 1. */
  progress: () => number;
}

export class Killer {
  readonly #options: KillerOptions;
  readonly #draw: Draw;
  #onAccountPost: (() => void) | null = null;

  constructor(options: KillerOptions) {
    this.#options = options;
    this.#draw = new Draw(options.seed, "kills");
  }

  /** To be told of every account post as it arrives, before it is worked on. */
  accountPosted(): void {
    this.#onAccountPost?.();
  }

  async run(): Promise<void> {
    const { worker, kills, progress } = this.#options;
    for (let killed = 1; killed <= kills; killed++) {
      const moment: KillMoment = this.#draw.chance(0.6) ? "account-post" : "any";
      while (progress() < killed / (kills + 1)) await delay(PROGRESS_POLL_MS);
      if (moment === "account-post") await this.#untilAccountPost(() => worker.killAndRestart(moment));
      else await worker.killAndRestart(moment);
      await delay(LIFE_MIN_MS);
    }
  }

  /** `kill` runs inside the call's arrival, so that the signal is out before the provider has begun. */
  #untilAccountPost(kill: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const now = () => {
        clearTimeout(timer);
        this.#onAccountPost = null;
        kill().then(resolve, reject);
      };
      const timer = setTimeout(now, KILL_MOMENT_WITHIN_MS);
      this.#onAccountPost = now;
    });
  }
}
