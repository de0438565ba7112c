/** What the page and Link's frame say to each other: JSON strings, addressed by the frame's number. */

export function encode(id, verb, detail) {
  return JSON.stringify({ action: `plaid_link-${id}::${verb}`, ...detail });
}

/** The verb and its details; null for a message that is not about this frame. */
export function decode(id, data) {
  if (typeof data !== "string") return null;
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  const address = `plaid_link-${id}::`;
  if (!String(message?.action).startsWith(address)) return null;
  return { ...message, verb: message.action.slice(address.length) };
}
