/** The icons, inline so that nothing is fetched. Decoration only: the texts say everything. */
import { html, type TemplateResult } from "lit";

const PATHS = {
  bank: "m3 9 9-5 9 5zm3 2v7m6-7v7m6-7v7M3 20h18",
  lock: "M5 11h14v9H5zm3 0V8a4 4 0 0 1 8 0v3",
  check: "m5 13 5 5 9-11",
  alert: "M12 9v5m0 3v.1M12 3 22 20H2z",
};

export function icon(name: keyof typeof PATHS): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
