/** An element, or a shadow root with its host. */
interface FlatNode extends Node {
  readonly assignedSlot?: Element | null;
  readonly host?: Element;
}

/** The element and its ancestors in the flat tree: through slots and shadow roots, as the page is rendered. */
export function* flatAncestors(element: Element): Generator<HTMLElement> {
  let node: FlatNode | null = element;
  while (node) {
    if (node instanceof HTMLElement) yield node;
    const { assignedSlot, parentNode, host }: FlatNode = node;
    node = assignedSlot ?? parentNode ?? host ?? null;
  }
}
