/** Types only: `import "bank-link/vue"` declares <bank-link>, its properties and its events in Vue's templates. */
import type { HTMLAttributes } from "vue";
import type { BankLinkElement } from "./bank-link-element.ts";
import type { BankLinkEventMap } from "./events.ts";
import type { BankLinkAttributes, BankLinkProperties } from "./properties.ts";

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

/** As the template compiler names `@bank-link-success`. */
type Listeners = {
  [Type in keyof BankLinkEventMap as `on${Capitalize<CamelCase<Type>>}`]?:
    | ((event: BankLinkEventMap[Type]) => void)
    | undefined;
};

type Props = HTMLAttributes & BankLinkAttributes & BankLinkProperties & Listeners;

declare module "vue" {
  interface GlobalComponents {
    "bank-link": new () => { $props: Props; $el: BankLinkElement };
  }
}
