/** Ends what a command has started on Ctrl-C, once and in good order. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `close` may have nothing to close yet: leaving then ends what is still starting. */
export function endWithSignals(close: () => Promise<void> | undefined): void {
  let ending = false;
  for (const signal of SIGNALS) {
    process.on(signal, async () => {
      // Ctrl-C under npm arrives twice: from the terminal and from npm.
      if (ending) return;
      ending = true;
      await close();
      process.exit(0);
    });
  }
}
