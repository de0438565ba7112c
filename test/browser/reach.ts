/** Brings an element into each state. */
import type { LinkState } from "../../component/flow/state.ts";
import type { BankLinkElement } from "../../component/index.ts";
import { answer, deferred, linkedLink, readyLink } from "./fake-api.ts";
import { api, button, leave, openPlaidLink, state, succeed } from "./page.ts";

/** Resolves with a function that lets what is in progress continue. */
export const reach: Record<LinkState, (element: BankLinkElement) => Promise<() => void>> = {
  idle: async () => () => {},
  preparing: async (element) => {
    const create = deferred();
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
    await openPlaidLink(element);
    return () => {};
  },
  finalizing: async (element) => {
    const finalize = deferred();
    api.on("POST /v1/links/:id/finalize", finalize.handler);
    await openPlaidLink(element);
    succeed();
    await state(element, "finalizing");
    return () => finalize.answer(answer(linkedLink()));
  },
  linked: async (element) => {
    await openPlaidLink(element);
    succeed();
    await state(element, "linked");
    return () => {};
  },
  canceled: async (element) => {
    await openPlaidLink(element);
    leave();
    await state(element, "canceled");
    return () => {};
  },
  failed: async (element) => {
    await openPlaidLink(element);
    succeed({});
    await state(element, "failed");
    return () => {};
  },
};

export const STATES = Object.keys(reach) as LinkState[];
