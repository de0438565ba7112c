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
  if (layer === "page") return { root: frame };
  if (layer === "popover") {
    frame.popover = "manual";
    return { root: frame, show: () => frame.showPopover(), hide: () => frame.hidePopover() };
  }
  // In Chromium, Firefox and WebKit only another modal dialog, opened later, is not inert.
  const dialog = Object.assign(document.createElement("dialog"), {
    ariaLabel: "Plaid Link",
    // The frame covers the page by itself; the dialog only contains it.
    style: "width:100vw;height:100vh;max-width:none;max-height:none;padding:0;border:0;background:none",
    // Plaid Link handles Escape: it asks before it closes. `closedBy` also covers a second Escape.
    closedBy: "none",
    oncancel: (event: Event) => event.preventDefault(),
  });
  dialog.append(frame);
  document.documentElement.append(dialog);
  return { root: dialog, show: () => dialog.showModal(), hide: () => dialog.close() };
}
