/**
 * While it is open, Plaid Link stops the page from scrolling, and may set the height of `<html>`. It puts back only the
 * `overflow` that it saw when it was opened. If another Plaid Link was open then, that value is the other one's lock, so
 * the element puts back both itself.
 */

let openCount = 0;
let overflow = "";
let height = "";

/** Call it before a Plaid Link opens. */
export function rememberPage(): void {
  if (openCount++ > 0) return;
  overflow = document.body.style.overflow;
  height = document.documentElement.style.height;
}

/** Call it once for every Plaid Link that has closed: the last one gives the page back. */
export function restorePage(): void {
  if (--openCount > 0) return;
  document.body.style.overflow = overflow;
  document.documentElement.style.height = height;
  // Plaid may set the height by a style sheet of its own as well.
  for (const style of document.querySelectorAll("style")) {
    if (/^\s*html\s*{\s*height:\s*[\d.]+px\s*!important;?\s*}\s*$/.test(style.textContent)) style.remove();
  }
}
