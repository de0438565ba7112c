/** The size of Lit alone: built like the real element. */
import { html, LitElement } from "lit";

class EmptyElement extends LitElement {
  protected override render() {
    return html`<button><slot></slot></button>`;
  }
}

customElements.define("empty-element", EmptyElement);
