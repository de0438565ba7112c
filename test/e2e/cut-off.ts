/** Runs in the page: the parts of the element that do not fit the width available. */
export function cutOff(): string[] {
  const host = document.querySelector("bank-link") as HTMLElement;
  const { right } = host.getBoundingClientRect();
  const found = [...(host.shadowRoot?.querySelectorAll<HTMLElement>("button, p, div") ?? [])]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return element.scrollWidth > element.clientWidth + 1 || box.right > right + 1;
    })
    .map(({ localName, textContent }) => `${localName} ${textContent?.trim()}`);
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...found, "the page scrolls sideways"] : found;
}
