/** Types only: `import "bank-link/react"` declares <bank-link>, its properties and its events in React 19's JSX. */
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { BankLinkElement } from "./bank-link-element.ts";
import type { BankLinkEventMap } from "./events.ts";
import type { BankLinkAttributes, BankLinkProperties } from "./properties.ts";

/** React listens for the exact name after `on`: `onbank-link-success`. */
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
