/** Link's frame over the page: what it does to the page at `open()`, at the end, and in `destroy()`. */
import { isPhone, phonePage } from "./phone.js";

const FRAME_PATH = "/link/v2/stable/link.html";
const DESKTOP_STYLE = "position:fixed;inset:0;z-index:2147483647;width:100%;height:100%;border:0";
const SANDBOX = "allow-forms allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts";

export function makeOverlay(id, token, linkOrigin) {
  const frame = makeFrame(id, token, linkOrigin);
  const phone = isPhone() ? phonePage(frame) : null;
  if (!phone) frame.style.cssText = DESKTOP_STYLE;
  frame.style.display = "none";
  document.body.append(frame);

  // Saved at each open(), so that opening twice saves the lock; destroy() of what was never opened puts back this.
  let overflowAtOpen = document.body.style.overflow;
  let focusedAtOpen = null;

  return {
    frame,
    show() {
      focusedAtOpen = document.activeElement;
      overflowAtOpen = document.body.style.overflow;
      frame.style.display = "block";
      if (phone) phone.hide();
      else document.body.style.overflow = "hidden";
      frame.focus();
    },
    hide,
    /** Hides once more, whatever the page has done since the end. */
    remove() {
      hide();
      phone?.forget();
      frame.remove();
    },
  };

  function hide() {
    frame.style.display = "none";
    document.body.style.overflow = overflowAtOpen;
    phone?.show();
    window.parent.focus();
    focusedAtOpen?.focus();
  }
}

function makeFrame(id, token, linkOrigin) {
  const url = new URL(FRAME_PATH, linkOrigin);
  url.searchParams.set("frame", id);
  if (token) url.searchParams.set("token", token);
  const frame = document.createElement("iframe");
  frame.id = `plaid-link-iframe-${id}`;
  frame.title = "Plaid Link";
  frame.allow = "camera";
  frame.setAttribute("sandbox", SANDBOX);
  // Neither sizes anything: outside the body a phone's frame is as small as any iframe.
  frame.width = "auto";
  frame.height = "auto";
  frame.src = url.href;
  return frame;
}
