/** Kills the Worker a number of times, spread evenly over the run. */
import { setTimeout as delay } from "node:timers/promises";
import { Draw } from "./draw.ts";
import { KILL_MOMENT_WITHIN_MS, LIFE_MIN_MS, PROGRESS_POLL_MS } from "./limits.ts";
import type { KillMoment, RestartableWorker } from "./restartable-worker.ts";

export interface KillerOptions {
  worker: RestartableWorker;
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

  /** To be called for every account post, before it is handled. */
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

  /** `kill` runs before the post is handled, so that the signal is sent before the provider starts its work. */
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
