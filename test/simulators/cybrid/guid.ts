import { randomUUID } from "node:crypto";

/** Cybrid's identifiers: 32 hexadecimal characters. */
export function newGuid(): string {
  return randomUUID().replaceAll("-", "");
}
