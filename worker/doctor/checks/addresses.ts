/** Redirect URIs and origins, checked by the rules of Plaid's and both platforms' guides. Pure. */
import type { Config } from "../../config.ts";
import type { DoctorItem } from "../../contract.ts";
import { REDIRECT_URI_MAX_CHARS } from "../../limits.ts";
import { failed, ok } from "../items.ts";

type Addresses = Pick<Config, "environment" | "redirectUris" | "allowedOrigins">;

export function checkRedirectUris(config: Addresses): DoctorItem[] {
  if (config.redirectUris.length === 0) {
    return [
      failed(
        "redirect_uri",
        "Redirect URIs",
        "Set REDIRECT_URIS to the page that contains <bank-link>: banks that use OAuth return the customer there.",
      ),
    ];
  }
  return config.redirectUris.map((text, index) => {
    const faults = redirectUriFaults(text, config);
    const id = `redirect_uri.${index + 1}`;
    if (faults.length > 0) {
      return failed(
        id,
        `Redirect URI ${index + 1}`,
        `In REDIRECT_URIS, entry ${index + 1}: ${faults.join("; ")}.`,
      );
    }
    return ok(id, `Redirect URI ${text}`);
  });
}

function redirectUriFaults(text: string, { environment, allowedOrigins }: Addresses): string[] {
  const url = new URL(text);
  return [
    ...schemeFaults(url, environment),
    // By the text: the parser drops a bare ? or #, but the providers compare strings.
    ...(text.includes("?") ? ["it must have no query"] : []),
    ...(text.includes("#") ? ["it must have no fragment; hash routing does not work"] : []),
    ...(text.length > REDIRECT_URI_MAX_CHARS
      ? [`it must be at most ${REDIRECT_URI_MAX_CHARS} characters long`]
      : []),
    ...(url.username || url.password ? ["it must contain no credentials"] : []),
    ...(allowedOrigins.has(url.origin)
      ? []
      : ["its origin is missing from ALLOWED_ORIGINS, so the page could not call the API"]),
  ];
}

export function checkOrigins({ environment, allowedOrigins }: Addresses): DoctorItem[] {
  if (allowedOrigins.size === 0) {
    return [
      failed(
        "origin",
        "Origins",
        "Set ALLOWED_ORIGINS to the origins of the pages that contain <bank-link>.",
      ),
    ];
  }
  return [...allowedOrigins].map((origin, index) => {
    const faults = schemeFaults(new URL(origin), environment);
    const id = `origin.${index + 1}`;
    return faults.length > 0
      ? failed(id, `Origin ${index + 1}`, `In ALLOWED_ORIGINS, entry ${index + 1}: ${faults.join("; ")}.`)
      : ok(id, `Origin ${origin}`);
  });
}

function schemeFaults({ protocol, hostname }: URL, environment: Config["environment"]): string[] {
  if (hostname === "localhost") {
    return environment === "sandbox" ? [] : ["localhost is for the sandbox only"];
  }
  return protocol === "https:"
    ? []
    : ["it must start with https:; http is for localhost in the sandbox only"];
}
