/** Removes white space inside the templates and the style sheet, which a minifier of scripts must not touch. */
import type { Plugin } from "vite";

export const templateSpace: Plugin = {
  name: "template-space",
  transform(code, id) {
    if (/\/component\/(view|icons)\.ts$/.test(id)) {
      return code.replace(/\s*\n\s*(?=<)|(?<=>)\s*\n\s*|(?<=html`|\})\s*\n\s*(?=\$\{|`)/g, "");
    }
    if (/\/component\/styles\.ts$/.test(id)) {
      return code
        .replace(/\/\*.*?\*\//gs, "")
        .replace(/\s+/g, " ")
        .replace(/ ?([{};,>]) ?/g, "$1")
        .replace(/: /g, ":")
        .replace(/;}/g, "}")
        .replace(/="([\w-]+)"]/g, "=$1]")
        .replace(/\b0\./g, ".");
    }
    return null;
  },
};
