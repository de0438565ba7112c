/** The way into each state. */

import type { LinkState } from "../../component/flow/state.ts";
import type { BankLinkElement } from "../../component/index.ts";
import { answer, later, linkedLink, readyLink } from "./fake-api.ts";
import { api, button, leave, openLink, state, succeed } from "./page.ts";

/** Brings an element into each state, and lets what is under way go on. */
export const WAYS: Record<LinkState, (element: BankLinkElement) => Promise<() => void>> = {
  idle: async () => () => {},
  preparing: async (element) => {
    const create = later();
    api.on("POST /v1/links", create.handler);
    button(element).click();
    await state(element, "preparing");
    return () => create.answer(answer(readyLink(), 201));
  },
  ready: async (element) => {
    element.preload = "load";
    await state(element, "ready");
    return () => {};
  },
  open: async (element) => {
    await openLink(element);
    return () => {};
  },
  finalizing: async (element) => {
    const finalize = later();
    api.on("POST /v1/links/:id/finalize", finalize.handler);
    await openLink(element);
    succeed();
    await state(element, "finalizing");
    return () => finalize.answer(answer(linkedLink()));
  },
  linked: async (element) => {
    await openLink(element);
    succeed();
    await state(element, "linked");
    return () => {};
  },
  canceled: async (element) => {
    await openLink(element);
    leave();
    await state(element, "canceled");
    return () => {};
  },
  failed: async (element) => {
    await openLink(element);
    succeed({});
    await state(element, "failed");
    return () => {};
  },
};

export const STATES = Object.keys(WAYS) as LinkState[];
