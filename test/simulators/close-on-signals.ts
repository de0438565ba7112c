const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Closes, once, whatever a command has started, and exits. There may be nothing to close yet. */
export function closeOnSignals(close: () => Promise<void> | undefined): void {
  let closing = false;
  for (const signal of SIGNALS) {
    process.on(signal, async () => {
      // Ctrl-C under npm arrives twice: from the terminal and from npm.
      if (closing) return;
      closing = true;
      await close();
      process.exit(0);
    });
  }
}
