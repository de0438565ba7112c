/** The element and all around it, through slots and shadow roots, as a page is drawn. */
export function* flatAncestors(element: Element): Generator<HTMLElement> {
  let at: Node | null = element;
  while (at) {
    if (at instanceof HTMLElement) yield at;
    at = (at as Element).assignedSlot ?? at.parentNode ?? (at as ShadowRoot).host ?? null;
  }
}
