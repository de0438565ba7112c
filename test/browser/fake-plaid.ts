/**
 * A scripted `window.Plaid`, loaded by a tag like Plaid's own script: it records the calls, and the test plays the
 * customer. It rejects what the real one rejects. A classic script, never imported.
 */
interface FakeConfig {
  token: string;
  receivedRedirectUri?: string;
  onSuccess(publicToken: string | null, metadata: object): void;
  onExit(error: object | null, metadata: object): void;
  onEvent(name: string, metadata: object): void;
  onLoad(): void;
}

interface FakeHandler {
  config: FakeConfig;
  frame: HTMLIFrameElement;
  calls: string[];
  loaded: boolean;
}

interface FakePlaid {
  handlers: FakeHandler[];
  /** Misuse by the page. */
  faults: string[];
  /** Whether frames load at all; a blocked one reports nothing. */
  loads: boolean;
}

(() => {
  const known = new Set(["token", "onSuccess", "onExit", "onEvent", "onLoad", "receivedRedirectUri"]);
  const page = window as unknown as { Plaid: unknown; fakePlaid: FakePlaid };
  const fake: FakePlaid = { handlers: [], faults: [], loads: true };
  page.fakePlaid = Object.assign(fake, page.fakePlaid);
  page.Plaid = {
    create(config: FakeConfig) {
      for (const key of Object.keys(config)) if (!known.has(key)) fake.faults.push(`unknown key ${key}`);
      if (!config.token) throw new Error("Missing token");
      if (!config.onSuccess) throw new Error("Missing onSuccess");
      const frame = document.createElement("iframe");
      frame.title = "Plaid Link";
      frame.style.cssText =
        "position:fixed;inset:0;width:100%;height:100%;border:0;display:none;z-index:9999";
      document.body.append(frame);
      const overflow = document.body.style.overflow;
      const handler: FakeHandler = { config, frame, calls: [], loaded: false };
      fake.handlers.push(handler);
      setTimeout(() => {
        if (!fake.loads || handler.calls.includes("destroy")) return;
        handler.loaded = true;
        config.onLoad?.();
      });
      return {
        open() {
          if (handler.calls.includes("destroy")) throw new Error("open() after destroy()");
          if (!handler.loaded) fake.faults.push("open() before the frame had loaded");
          handler.calls.push("open");
          frame.style.display = "block";
          document.body.style.overflow = "hidden";
          config.onEvent?.("OPEN", {
            link_session_id: "session-1",
            routing_number: "021000021",
            timestamp: "now",
          });
        },
        exit(options?: { force?: boolean }) {
          handler.calls.push(options?.force ? "exit!" : "exit");
        },
        destroy() {
          handler.calls.push("destroy");
          document.body.style.overflow = overflow;
          frame.remove();
        },
      };
    },
    version: "fake",
  };
})();
