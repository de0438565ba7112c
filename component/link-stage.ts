/**
 * Where Plaid's frame can be used. Plaid appends it to the body, where a modal dialog covers it and makes it inert,
 * and a popover covers it; both live in the top layer, so the frame has to come there too.
 */

import { flatAncestors } from "./flat-tree.ts";

export interface LinkStage {
  show(): void;
  /** Gives the page back; the frame stays loaded, since Plaid's last events may still come from it. */
  hide(): void;
  clear(): void;
}

/** The stage for `frame`, opened by something inside `anchor`. Call it right after `Plaid.create()`: moving reloads the frame. */
export function stageFor(frame: HTMLIFrameElement, anchor: Element): LinkStage | null {
  let stage: typeof dialogStage | null = null;
  for (const element of flatAncestors(anchor)) {
    // A closed dialog counts: Link may be prepared before its dialog opens.
    if (element instanceof HTMLDialogElement) return dialogStage(frame);
    if (element.popover) stage = popoverStage;
  }
  return stage?.(frame) ?? null;
}

// In Chromium, Firefox and WebKit nothing but a modal dialog of our own, above the other, takes part in the page.
function dialogStage(frame: HTMLIFrameElement): LinkStage {
  const dialog = document.createElement("dialog");
  dialog.ariaLabel = "Plaid Link";
  // The frame covers the page by itself; the dialog only carries it.
  dialog.style.cssText =
    "width:100vw;height:100vh;max-width:none;max-height:none;padding:0;border:0;background:none";
  // Escape belongs to Link, which asks before it closes; `closedby` also covers a second Escape.
  dialog.setAttribute("closedby", "none");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.append(frame);
  document.documentElement.append(dialog);
  return {
    show: () => dialog.showModal(),
    hide: () => dialog.close(),
    clear: () => dialog.remove(),
  };
}

function popoverStage(frame: HTMLIFrameElement): LinkStage {
  frame.popover = "manual";
  return {
    show: () => frame.showPopover(),
    hide: () => frame.hidePopover(),
    clear: () => frame.remove(),
  };
}
