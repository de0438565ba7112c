/** The environment, parsed once: after this every value is present, typed and consistent. */
import * as z from "zod";
import type { ProviderName } from "./contract.ts";
import { providerName } from "./contract.ts";
import { REDIRECT_URI_MAX_CHARS, SESSION_SECRET_MIN_BYTES, UPSTREAM_TIMEOUT_S } from "./limits.ts";

export interface CybridConfig {
  apiUrl: string;
  identityUrl: string;
  clientId: string;
  clientSecret: string;
  /** Plaid's link customization by language; `default` for all others. */
  linkCustomization: Readonly<Record<string, string>> & { readonly default: string };
  asset: string;
  verifyOwnership: boolean;
  verifyRefresh: boolean;
}

export interface LynxConfig {
  apiUrl: string;
  clientId: string;
  clientSecret: string;
  clientOrg: string;
  linkTokenPath: string;
  linkVerifiedPath: string;
  accountsPath: string | null;
  linkTokenLifeMs: number;
}

export interface SessionConfig {
  audience: string;
  customerClaim: string;
  /** HS256 keys; the first one signs, all of them verify. */
  secrets: readonly Uint8Array[];
  /** RS256, ES256 and EdDSA keys, published by the host's identity provider. */
  jwks: { url: URL; issuer: string } | null;
}

export interface WebhookConfig {
  url: string;
  /** Of Standard Webhooks: base64 with or without `whsec_`; each one signs. */
  secrets: readonly string[];
}

export interface Config {
  environment: "sandbox" | "production";
  providers: readonly ProviderName[];
  cybrid: CybridConfig | null;
  lynx: LynxConfig | null;
  allowedOrigins: ReadonlySet<string>;
  redirectUris: readonly string[];
  session: SessionConfig;
  apiKeys: readonly string[];
  webhook: WebhookConfig | null;
  upstreamTimeoutMs: number;
}

/** A configuration that cannot work; names variables, never values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly { variable: string; reason: string }[];

  constructor(faults: readonly { variable: string; reason: string }[]) {
    super(faults.map(({ variable, reason }) => `${variable}: ${reason}`).join("; "));
    this.faults = faults;
  }
}

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );
const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");
// As a bearer token can be written (RFC 6750, 2.1); another key could never match.
const apiKey = z
  .string()
  .regex(/^[\w.~+/-]{16,}=*$/, "must have at least 16 characters of A-Z a-z 0-9 - . _ ~ + /");
const httpUrl = z.url({ protocol: /^https?$/, message: "must be an http(s) URL" });
const baseUrl = httpUrl.transform((text) => text.replace(/\/+$/, ""));
const path = z.string().regex(/^\/\S*$/, "must be a path that starts with /");

const variables = z.object({
  PROVIDERS: list.pipe(z.array(providerName).min(1, "must name cybrid, lynx or both")),
  ENVIRONMENT: z.enum(["sandbox", "production"]),
  ALLOWED_ORIGINS: list.pipe(
    z.array(
      z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, "must be origins"),
    ),
  ),
  REDIRECT_URIS: list.pipe(z.array(httpUrl.max(REDIRECT_URI_MAX_CHARS))),
  SESSION_AUDIENCE: z.string().min(1).default("bank-link"),
  SESSION_CUSTOMER_CLAIM: z.string().min(1).default("sub"),
  SESSION_JWKS_URL: httpUrl.optional(),
  SESSION_ISSUER: z.string().min(1).optional(),
  SESSION_SECRET: list.pipe(
    z
      .array(
        z
          .string()
          .transform((text) => new TextEncoder().encode(text))
          .refine((bytes) => bytes.byteLength >= SESSION_SECRET_MIN_BYTES, {
            message: `must have at least ${SESSION_SECRET_MIN_BYTES} bytes`,
          }),
      )
      .max(2, "takes two at the most, for rotation"),
  ),
  API_KEYS: list.pipe(z.array(apiKey)),
  CYBRID_API_URL: baseUrl.optional(),
  CYBRID_IDENTITY_URL: baseUrl.optional(),
  CYBRID_CLIENT_ID: z.string().min(1).optional(),
  CYBRID_CLIENT_SECRET: z.string().min(1).optional(),
  CYBRID_LINK_CUSTOMIZATION: z.string().min(1).default("default"),
  CYBRID_ASSET: z.string().min(1).default("USD"),
  CYBRID_VERIFY_OWNERSHIP: flag,
  CYBRID_VERIFY_REFRESH: flag,
  LYNX_API_URL: baseUrl.optional(),
  LYNX_CLIENT_ID: z.string().min(1).optional(),
  LYNX_CLIENT_SECRET: z.string().min(1).optional(),
  LYNX_CLIENT_ORG: z.string().min(1).optional(),
  LYNX_LINK_TOKEN_PATH: path.optional(),
  LYNX_LINK_VERIFIED_PATH: path.optional(),
  LYNX_ACCOUNTS_PATH: path.optional(),
  LYNX_LINK_TOKEN_MINUTES: z.coerce.number().int().min(1).max(240).default(30),
  WEBHOOK_URL: httpUrl.optional(),
  WEBHOOK_SECRET: list.pipe(
    z
      .array(z.string().regex(/^(?:whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/, "must be base64 of 24 to 64 bytes"))
      .max(2, "takes two at the most, for rotation"),
  ),
  UPSTREAM_TIMEOUT_SECONDS: z.coerce.number().int().min(1).max(60).default(UPSTREAM_TIMEOUT_S),
});
type Variables = z.infer<typeof variables>;

/** The variables and secrets as they are bound: text, each of which may be missing. */
export type ConfigVariables = { [Name in keyof Variables]?: string };

/** Needed by a provider that is switched on. */
const NEEDED: Readonly<Record<ProviderName, readonly (keyof Variables)[]>> = {
  cybrid: ["CYBRID_CLIENT_ID", "CYBRID_CLIENT_SECRET"],
  lynx: [
    "LYNX_CLIENT_ID",
    "LYNX_CLIENT_SECRET",
    "LYNX_CLIENT_ORG",
    "LYNX_LINK_TOKEN_PATH",
    "LYNX_LINK_VERIFIED_PATH",
  ],
};

const HOSTS = {
  sandbox: {
    cybridApi: "https://bank.sandbox.cybrid.app",
    cybridIdentity: "https://id.sandbox.cybrid.app",
    lynxApi: "https://sandbox.lynx-fh.co",
  },
  production: {
    cybridApi: "https://bank.production.cybrid.app",
    cybridIdentity: "https://id.production.cybrid.app",
    lynxApi: "https://prod.lynx-fh.co",
  },
} as const;

/** Parses the variables. @throws ConfigError naming each variable that is missing or wrong. */
export function parseConfig(env: object): Config {
  // An empty variable is an absent one: wrangler.toml cannot leave a value out.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => ({ variable: String(issue.path[0]), reason: issue.message })),
    );
  }
  const faults = contradictions(parsed.data);
  if (faults.length > 0) throw new ConfigError(faults);
  return toConfig(parsed.data);
}

function contradictions(vars: Variables): { variable: string; reason: string }[] {
  const faults: { variable: string; reason: string }[] = [];
  for (const provider of vars.PROVIDERS) {
    for (const variable of NEEDED[provider]) {
      if (vars[variable] === undefined) {
        faults.push({ variable, reason: `is needed while PROVIDERS names ${provider}` });
      }
    }
  }
  if (vars.PROVIDERS.includes("lynx") && vars.REDIRECT_URIS.length === 0) {
    faults.push({ variable: "REDIRECT_URIS", reason: "is needed while PROVIDERS names lynx" });
  }
  if (vars.SESSION_SECRET.length === 0 && vars.SESSION_JWKS_URL === undefined) {
    faults.push({ variable: "SESSION_SECRET", reason: "or SESSION_JWKS_URL is needed" });
  }
  if ((vars.SESSION_JWKS_URL === undefined) !== (vars.SESSION_ISSUER === undefined)) {
    faults.push({ variable: "SESSION_ISSUER", reason: "and SESSION_JWKS_URL are needed together" });
  }
  if ((vars.WEBHOOK_URL === undefined) !== (vars.WEBHOOK_SECRET.length === 0)) {
    faults.push({ variable: "WEBHOOK_SECRET", reason: "and WEBHOOK_URL are needed together" });
  }
  const otherHosts = Object.values(HOSTS[vars.ENVIRONMENT === "sandbox" ? "production" : "sandbox"]);
  for (const variable of ["CYBRID_API_URL", "CYBRID_IDENTITY_URL", "LYNX_API_URL"] as const) {
    const url = vars[variable];
    if (url && otherHosts.some((host) => new URL(host).host === new URL(url).host)) {
      faults.push({ variable, reason: "contradicts ENVIRONMENT" });
    }
  }
  if (vars.ENVIRONMENT === "production") {
    for (const variable of SECURE_URLS) {
      const url = vars[variable];
      if (url && !isSecure(new URL(url))) faults.push({ variable, reason: "must be https in production" });
    }
  }
  return faults;
}

/** Credentials, keys and customers' data go there. */
const SECURE_URLS = [
  "CYBRID_API_URL",
  "CYBRID_IDENTITY_URL",
  "LYNX_API_URL",
  "WEBHOOK_URL",
  "SESSION_JWKS_URL",
] as const;

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || hostname === "localhost" || hostname === "127.0.0.1";
}

function toConfig(vars: Variables): Config {
  const hosts = HOSTS[vars.ENVIRONMENT];
  const { CYBRID_CLIENT_ID, CYBRID_CLIENT_SECRET, LYNX_CLIENT_ID, LYNX_CLIENT_SECRET } = vars;
  const { LYNX_CLIENT_ORG, LYNX_LINK_TOKEN_PATH, LYNX_LINK_VERIFIED_PATH } = vars;
  const cybrid =
    vars.PROVIDERS.includes("cybrid") && CYBRID_CLIENT_ID && CYBRID_CLIENT_SECRET
      ? {
          apiUrl: vars.CYBRID_API_URL ?? hosts.cybridApi,
          identityUrl: vars.CYBRID_IDENTITY_URL ?? hosts.cybridIdentity,
          clientId: CYBRID_CLIENT_ID,
          clientSecret: CYBRID_CLIENT_SECRET,
          linkCustomization: parseCustomization(vars.CYBRID_LINK_CUSTOMIZATION),
          asset: vars.CYBRID_ASSET,
          verifyOwnership: vars.CYBRID_VERIFY_OWNERSHIP,
          verifyRefresh: vars.CYBRID_VERIFY_REFRESH,
        }
      : null;
  const lynx =
    vars.PROVIDERS.includes("lynx") &&
    LYNX_CLIENT_ID &&
    LYNX_CLIENT_SECRET &&
    LYNX_CLIENT_ORG &&
    LYNX_LINK_TOKEN_PATH &&
    LYNX_LINK_VERIFIED_PATH
      ? {
          apiUrl: vars.LYNX_API_URL ?? hosts.lynxApi,
          clientId: LYNX_CLIENT_ID,
          clientSecret: LYNX_CLIENT_SECRET,
          clientOrg: LYNX_CLIENT_ORG,
          linkTokenPath: LYNX_LINK_TOKEN_PATH,
          linkVerifiedPath: LYNX_LINK_VERIFIED_PATH,
          accountsPath: vars.LYNX_ACCOUNTS_PATH ?? null,
          linkTokenLifeMs: vars.LYNX_LINK_TOKEN_MINUTES * 60_000,
        }
      : null;
  return {
    environment: vars.ENVIRONMENT,
    providers: vars.PROVIDERS,
    cybrid,
    lynx,
    allowedOrigins: new Set(vars.ALLOWED_ORIGINS),
    redirectUris: vars.REDIRECT_URIS,
    session: {
      audience: vars.SESSION_AUDIENCE,
      customerClaim: vars.SESSION_CUSTOMER_CLAIM,
      secrets: vars.SESSION_SECRET,
      jwks:
        vars.SESSION_JWKS_URL && vars.SESSION_ISSUER
          ? { url: new URL(vars.SESSION_JWKS_URL), issuer: vars.SESSION_ISSUER }
          : null,
    },
    apiKeys: vars.API_KEYS,
    webhook: vars.WEBHOOK_URL ? { url: vars.WEBHOOK_URL, secrets: vars.WEBHOOK_SECRET } : null,
    upstreamTimeoutMs: vars.UPSTREAM_TIMEOUT_SECONDS * 1_000,
  };
}

/** `default`, or `en=default,es=spanish_customization`. */
function parseCustomization(text: string): CybridConfig["linkCustomization"] {
  if (!text.includes("=")) return { default: text };
  const pairs = text.split(",").map((pair) => pair.split("=", 2).map((part) => part.trim()));
  return { default: "default", ...Object.fromEntries(pairs) };
}

const parsedByEnv = new WeakMap<object, Config>();

/** The configuration of this environment, parsed at the first call. @throws ConfigError */
export function configOf(env: ConfigVariables): Config {
  let config = parsedByEnv.get(env);
  if (!config) {
    config = parseConfig(env);
    parsedByEnv.set(env, config);
  }
  return config;
}

export type Configuration = { ok: true; config: Config } | { ok: false; faults: ConfigError["faults"] };

/** The same for who wants to tell what is wrong. */
export function readConfiguration(env: ConfigVariables): Configuration {
  try {
    return { ok: true, config: configOf(env) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, faults: error.faults };
    throw error;
  }
}

/** The API keys by themselves, for what answers while the rest is bad. */
export function apiKeysOf(env: ConfigVariables): readonly string[] {
  return list.parse(env.API_KEYS).filter((key) => apiKey.safeParse(key).success);
}
