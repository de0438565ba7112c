/**
 * Plaid's script checks neither the source nor the origin of a message, so any window that has a reference to the page
 * could report a success with an account of its own. Only the frames of Plaid Link that the page contains are let through.
 */

const origins = new Set<string>();

/** Call it before `Plaid.create()`: what is called first hears first. */
export function guardMessages(scriptUrl: string): void {
  origins.add(new URL(scriptUrl, document.baseURI).origin);
  // Adding the same listener again does nothing.
  window.addEventListener("message", stopForged, true);
}

function stopForged(event: MessageEvent): void {
  if (isForPlaid(event.data) && !isFromPlaidLink(event)) event.stopImmediatePropagation();
}

/** Parsed as Plaid's script does: there are many ways to write the same JSON. */
function isForPlaid(data: unknown): boolean {
  try {
    return String(JSON.parse(data as string)?.action).includes("plaid_link");
  } catch {
    return false;
  }
}

/** By the address that the page gave the frame as well: a frame of another site may move itself to Plaid's origin. */
function isFromPlaidLink({ origin, source }: MessageEvent): boolean {
  return (
    origins.has(origin) &&
    [...document.querySelectorAll("iframe")].some(
      (frame) => frame.contentWindow === source && frame.src.startsWith(`${origin}/`),
    )
  );
}
