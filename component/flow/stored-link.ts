/** The id of the opened link: all that is ever stored, and only for this tab. */

const KEY = "bank-link";

// Storage may be forbidden; then the API's current link is used.
function access<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

export function storedLinkId(): string | null {
  return access((storage) => storage.getItem(KEY));
}

export function storeLinkId(id: string): void {
  access((storage) => storage.setItem(KEY, id));
}

/** Removes no other id: another element may have opened a newer link. */
export function forgetLinkId(id: string): void {
  if (storedLinkId() === id) access((storage) => storage.removeItem(KEY));
}
