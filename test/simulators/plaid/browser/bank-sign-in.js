/**
 * Signing in at the bank's own page. Link's iframe learns the end from Plaid's server alone: no message goes
 * between the windows, so it works whatever the host page's opener policy makes of the pop-up.
 */
const POLL_MS = 200;
const POPUP_FEATURES = "popup,width=520,height=680";
const TEXT = {
  before: "You will sign in at your bank’s own page and come back here afterwards.",
  opened: "Finish signing in in the window that has opened.",
  unseen: "Finish signing in in the new window. If none has opened, please allow pop-ups and try again.",
  closed: "The window was closed before you had finished. You can open it again.",
};

export function bankSignIn({ popupUrl, startRedirect, poll, onScreen, onEvent, redirect, explain }) {
  // The window that is waited for; a newer one, or the end of Link, ends the waiting.
  let waitingFor;

  async function begin(mode) {
    if (mode === "popup") return waitFor(window.open(popupUrl(), "_blank", POPUP_FEATURES));
    const answer = await startRedirect();
    if (answer.pane) return onScreen(answer);
    onEvent("OPEN_OAUTH");
    redirect(answer.url);
  }

  /** Null when pop-ups are blocked, and also when the page's opener policy keeps the window apart. */
  async function waitFor(popup) {
    const wait = {};
    waitingFor = wait;
    let toldClosed = false;
    onEvent("OPEN_OAUTH");
    explain(popup ? TEXT.opened : TEXT.unseen);
    while (waitingFor === wait) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      // Looked at before the server is asked: the bank's page closes itself only after it has decided.
      const closed = popup?.closed;
      const answer = await poll();
      if (waitingFor !== wait) return;
      if (answer.pane) {
        waitingFor = undefined;
        explain(TEXT.before);
        onScreen(answer);
      } else if (closed && !toldClosed) {
        toldClosed = true;
        onEvent("CLOSE_OAUTH");
        explain(TEXT.closed);
      }
    }
  }

  return {
    begin,
    stop() {
      waitingFor = undefined;
    },
  };
}
