/** Types only: `import "bank-link/react"` lets React 19's JSX know <bank-link>, its properties and its events. */
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { BankLinkElement } from "./bank-link-element.ts";
import type { BankLinkEventMap } from "./events.ts";
import type { BankLinkAttributes, BankLinkProperties } from "./properties.ts";

/** React listens to what follows `on`, letter by letter: `onbank-link-success`. */
type Listeners = {
  [Type in keyof BankLinkEventMap as `on${Type}`]?: ((event: BankLinkEventMap[Type]) => void) | undefined;
};

type Props = DetailedHTMLProps<HTMLAttributes<BankLinkElement>, BankLinkElement> &
  BankLinkAttributes &
  BankLinkProperties &
  Listeners;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "bank-link": Props;
    }
  }
}
