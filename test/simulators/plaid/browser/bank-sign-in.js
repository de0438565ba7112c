/**
 * Signing in at the bank's own page. Link's iframe learns the end from Plaid's server alone: no message goes
 * between the windows, so it works whatever the host page's opener policy makes of the pop-up.
 */
const POLL_MS = 200;
const POPUP_FEATURES = "popup,width=520,height=680";
const EXPLANATION = "You will sign in at your bank’s own page and come back here afterwards.";

export function bankSignIn({ start, poll, onScreen, onEvent, redirect, explain }) {
  let watched;

  async function begin(mode) {
    // Opened in the click itself: after an await, pop-up blockers would stop it.
    const popup = mode === "popup" ? window.open("about:blank", "_blank", POPUP_FEATURES) : null;
    if (mode === "popup" && !popup) return explain("Your browser stopped the new window. Please allow it.");
    const answer = await start(mode);
    if (answer.pane) {
      popup?.close();
      return onScreen(answer);
    }
    onEvent("OPEN_OAUTH");
    if (!popup) return redirect(answer.url);
    popup.location.replace(answer.url);
    explain("Finish signing in in the window that has opened.");
    await watch(popup, answer.oauth_state_id);
  }

  async function watch(popup, stateId) {
    watched = stateId;
    let toldClosed = false;
    while (watched === stateId) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      // Looked at before the server is asked: the bank's page closes itself only after it has decided.
      const closed = popup.closed;
      const answer = await poll(stateId);
      if (watched !== stateId) return;
      if (answer.pane) {
        watched = undefined;
        explain(EXPLANATION);
        return onScreen(answer);
      }
      // The asking goes on: behind a strict opener policy a pop-up looks closed while it is open.
      if (closed && !toldClosed) {
        toldClosed = true;
        onEvent("CLOSE_OAUTH");
        explain("The window was closed before you had finished. You can open it again.");
      }
    }
  }

  return {
    begin,
    stop() {
      watched = undefined;
    },
  };
}
