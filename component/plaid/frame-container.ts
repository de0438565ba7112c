/**
 * Where Plaid's frame can be used. Plaid appends it to the body, where a modal dialog covers it and makes it inert,
 * and a popover covers it; both live in the top layer, so the frame has to come there too.
 */

import { flatAncestors } from "../flat-tree.ts";

/** What carries the frame; shown while the customer is in Link. Hidden it stays loaded, since Plaid's last events come late. */
export interface LinkStage {
  readonly carrier: HTMLElement;
  show?(): void;
  hide?(): void;
}

export type Layer = "page" | "popover" | "dialog";

/** Where Link is opened from. */
export function layerOf(anchor: Element): Layer {
  let layer: Layer = "page";
  for (const element of flatAncestors(anchor)) {
    // A closed dialog counts: Link may be prepared before its dialog opens.
    if (element instanceof HTMLDialogElement) return "dialog";
    if (element.popover) layer = "popover";
  }
  return layer;
}

/** The stage for `frame`. Call it right after `Plaid.create()`: moving reloads the frame. */
export function stageFor(frame: HTMLElement, layer: Layer): LinkStage {
  if (layer === "dialog") return dialogStage(frame);
  return layer === "popover" ? popoverStage(frame) : { carrier: frame };
}

// In Chromium, Firefox and WebKit nothing but a modal dialog of our own, above the other, takes part in the page.
function dialogStage(frame: HTMLElement): LinkStage {
  const dialog = Object.assign(document.createElement("dialog"), {
    ariaLabel: "Plaid Link",
    // The frame covers the page by itself; the dialog only carries it.
    style: "width:100vw;height:100vh;max-width:none;max-height:none;padding:0;border:0;background:none",
    // Escape belongs to Link, which asks before it closes; `closedBy` also covers a second Escape.
    closedBy: "none",
    oncancel: (event: Event) => event.preventDefault(),
  });
  dialog.append(frame);
  document.documentElement.append(dialog);
  return { carrier: dialog, show: () => dialog.showModal(), hide: () => dialog.close() };
}

function popoverStage(frame: HTMLElement): LinkStage {
  frame.popover = "manual";
  return { carrier: frame, show: () => frame.showPopover(), hide: () => frame.hidePopover() };
}
