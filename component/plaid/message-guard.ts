/**
 * Plaid's script checks neither the source nor the origin of a message, so any window that has a reference to the page
 * could report a success with an account of its own. Only the frames of Plaid Link that the page contains are let through.
 */

let plaidOrigin = "";

/** Call it before `Plaid.create()`, with the origin of Plaid's script. */
export function guardMessages(origin: string): void {
  plaidOrigin = origin;
  // Adding the same listener again does nothing.
  window.addEventListener("message", stopForged, true);
}

function stopForged(event: MessageEvent): void {
  const { data, origin, source } = event;
  try {
    // Parsed as Plaid's script does: there are many ways to write the same JSON.
    if (!String(JSON.parse(data)?.action).includes("plaid_link")) return;
  } catch {
    return;
  }
  // By the address that the page gave the frame as well: a frame of another site may move itself to Plaid's origin.
  const isFromPlaidLink =
    origin === plaidOrigin &&
    [...document.querySelectorAll("iframe")].some(
      (frame) => frame.contentWindow === source && frame.src.startsWith(`${origin}/`),
    );
  if (!isFromPlaidLink) event.stopImmediatePropagation();
}
