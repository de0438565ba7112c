/**
 * Puts Plaid's frame where it can be used. Plaid appends it to the body, where a modal dialog covers it and makes it
 * inert, and a popover covers it. Both are in the top layer, so the frame has to be there too.
 */

import { flatAncestors } from "../flat-tree.ts";

/** Shown while the customer is in Plaid Link. Hidden, it keeps the frame loaded, since Plaid's last events come late. */
export interface FrameContainer {
  readonly root: HTMLElement;
  show?(): void;
  hide?(): void;
}

export type Layer = "page" | "popover" | "dialog";

/** Where `anchor` is, which is what Plaid Link is opened from. */
export function layerOf(anchor: Element): Layer {
  let layer: Layer = "page";
  for (const element of flatAncestors(anchor)) {
    // A closed dialog counts: Plaid Link may be created before its dialog opens.
    if (element instanceof HTMLDialogElement) return "dialog";
    if (element.popover) layer = "popover";
  }
  return layer;
}

/** Call it right after `Plaid.create()`, because moving a frame reloads it. */
export function containerFor(frame: HTMLElement, layer: Layer): FrameContainer {
  if (layer === "dialog") return dialogContainer(frame);
  return layer === "popover" ? popoverContainer(frame) : { root: frame };
}

// Plaid sizes its frame on phones by a style sheet for the children of the body alone, and browsers give popovers a
// padding, a border and a background.
const FULL_SIZE = ";position:fixed;inset:0;min-width:100%;min-height:100%;padding:0;border:0;background:none";

// In Chromium, Firefox and WebKit only another modal dialog, opened later, is not inert.
function dialogContainer(frame: HTMLElement): FrameContainer {
  const dialog = Object.assign(document.createElement("dialog"), {
    ariaLabel: "Plaid Link",
    style: FULL_SIZE,
    // Plaid Link handles Escape: it asks before it closes. `closedBy` also covers a second Escape.
    closedBy: "none",
    oncancel: (event: Event) => event.preventDefault(),
  });
  dialog.append(frame);
  document.documentElement.append(dialog);
  frame.style.cssText += FULL_SIZE;
  return { root: dialog, show: () => dialog.showModal(), hide: () => dialog.close() };
}

function popoverContainer(frame: HTMLElement): FrameContainer {
  frame.popover = "manual";
  frame.style.cssText += FULL_SIZE;
  return { root: frame, show: () => frame.showPopover(), hide: () => frame.hidePopover() };
}
