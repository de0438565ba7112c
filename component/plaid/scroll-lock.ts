/**
 * Plaid Link stops the page from scrolling while it is open, and restores the `overflow` that it saw when it was
 * created. If another Plaid Link was open then, that value is the other one's lock, so the element restores it itself.
 */

let openCount = 0;
let pageOverflow = "";

/** Call it before a Plaid Link opens. */
export function rememberScrolling(): void {
  if (openCount++ === 0) pageOverflow = document.body.style.overflow;
}

/** Call it once for every Plaid Link that has closed: the last one lets the page scroll again. */
export function restoreScrolling(): void {
  if (--openCount === 0) document.body.style.overflow = pageOverflow;
}
