import type { DoctorItem } from "../contract.ts";

export const ok = (id: string, title: string, detail = ""): DoctorItem => ({
  id,
  title,
  result: "ok",
  detail,
});

/** `detail`: what to do. */
export const failed = (id: string, title: string, detail: string): DoctorItem => ({
  id,
  title,
  result: "failed",
  detail,
});

export const unknown = (id: string, title: string, detail: string): DoctorItem => ({
  id,
  title,
  result: "unknown",
  detail,
});
