/** Link on a phone takes the page's place, by a style sheet instead of inline styles. */

const HTML_ID = "plaid-link-open";
const FRAME_CLASS = "plaid-link-phone";

/** By user agent: the size of the window does not count. */
export function isPhone() {
  return /Android|iPhone|iPad|iPod/.test(navigator.userAgent);
}

export function phonePage(frame) {
  const { documentElement } = document;
  // What destroy() puts back if Link was never opened.
  let idAtOpen = "";
  let scrollAtOpen = 0;

  // Without a nonce: a policy with one leaves the frame unsized at the foot of the page.
  const style = document.createElement("style");
  style.textContent = `
    html > body > .${FRAME_CLASS}${`#${frame.id}`.repeat(9)} {
      position: fixed;
      inset: 0;
      z-index: 2147483647;
      width: 100%;
      height: 100%;
      border: 0;
    }
    html#${HTML_ID} > body > :not(.${FRAME_CLASS}) {
      display: none !important;
    }`;
  document.head.append(style);
  frame.classList.add(FRAME_CLASS);

  return {
    hide() {
      idAtOpen = documentElement.id;
      scrollAtOpen = window.scrollY;
      documentElement.id = HTML_ID;
      window.scrollTo(0, 0);
    },
    show() {
      documentElement.id = idAtOpen;
      window.scrollTo(0, scrollAtOpen);
    },
    forget() {
      style.remove();
    },
  };
}
