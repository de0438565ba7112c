/** Events for the page's `onEvent`: OPEN is told at once, the rest is held back until the end. */

const EMPTY = {
  account_number_mask: null,
  error_code: null,
  error_message: null,
  error_type: null,
  exit_status: null,
  institution_id: null,
  institution_name: null,
  institution_search_query: null,
  link_session_id: null,
  mfa_type: null,
  request_id: null,
  routing_number: null,
  selection: null,
  view_name: null,
};

export class LinkEvents {
  #tell;
  #setup;
  #context = () => ({});
  #held = [];

  constructor(tell, setup) {
    this.#tell = tell;
    this.#setup = setup;
  }

  /** `context` gives what every event carries at that moment: session, request, institution. */
  set context(context) {
    this.#context = context;
  }

  live(name, detail = {}) {
    this.#tell("event", { name, metadata: this.#metadata(detail) });
  }

  hold(name, detail = {}) {
    this.#held.push({ name, metadata: this.#metadata(detail) });
  }

  /** Tells everything around `end`: in no promised order, and partly after it. */
  flushAround(end) {
    for (const name of this.#setup.unknownEvents) this.hold(name);
    const events = this.#held.toReversed();
    this.#held = [];
    const early = { before: events.length, after: 0, split: Math.ceil(events.length / 2) }[
      this.#setup.eventFlush
    ];
    for (const event of events.slice(0, early)) this.#tell("event", event);
    end();
    for (const event of events.slice(early)) this.#tell("event", event);
  }

  #metadata(detail) {
    return { ...EMPTY, timestamp: new Date().toISOString(), ...this.#context(), ...detail };
  }
}
