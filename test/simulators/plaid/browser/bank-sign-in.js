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
  // Null also where the page's opener policy keeps the window apart; then nobody sees it closing.
  let popup = null;
  let waiting = false;

  async function begin(mode) {
    if (mode === "popup") return openPopup();
    const answer = await startRedirect();
    if (answer.pane) return onScreen(answer);
    onEvent("OPEN_OAUTH");
    redirect(answer.url);
  }

  function openPopup() {
    popup = window.open(popupUrl(), "_blank", POPUP_FEATURES);
    onEvent("OPEN_OAUTH");
    explain(popup ? TEXT.opened : TEXT.unseen);
    // One asks for all: an answer is given once, and must not reach a waiting that is over.
    if (!waiting) wait();
  }

  async function wait() {
    waiting = true;
    let toldClosed = null;
    while (waiting) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      // Looked at before the server is asked: the bank's page closes itself only after it has decided.
      const closed = popup?.closed ? popup : null;
      const answer = await poll();
      if (!waiting) return;
      if (answer.pane) {
        waiting = false;
        explain(TEXT.before);
        onScreen(answer);
      } else if (closed && closed === popup && closed !== toldClosed) {
        toldClosed = closed;
        onEvent("CLOSE_OAUTH");
        explain(TEXT.closed);
      }
    }
  }

  return {
    begin,
    stop() {
      waiting = false;
    },
  };
}
