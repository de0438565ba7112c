/** The variables and secrets, parsed once: from here on every value is present, typed and consistent. */
import * as z from "zod";
import type { ProviderName } from "./contract.ts";
import { providerName } from "./contract.ts";
import {
  REDIRECT_URI_MAX_CHARS,
  SECRET_MIN_DIFFERENT_CHARS,
  SESSION_SECRET_MIN_BYTES,
  UPSTREAM_TIMEOUT_S,
} from "./limits.ts";

const environmentName = z.enum(["sandbox", "production"], "must be sandbox or production");
type Environment = z.infer<typeof environmentName>;

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
  environment: Environment;
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

interface Fault {
  variable: string;
  reason: string;
}

/** A configuration that cannot work; names variables, never values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ variable, reason }) => `${variable}: ${reason}`).join("; "));
    this.faults = faults;
  }
}

const LOCAL_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1"]);

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
  .enum(["true", "false"], "must be true or false")
  .default("false")
  .transform((text) => text === "true");
const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.coerce
    .number(message)
    .refine((number) => Number.isInteger(number) && number >= min && number <= max, message);
};
const text = z.string().min(1);
const path = z.string().regex(/^\/\S*$/, "must be a path that starts with /");
const httpUrl = z.url({ protocol: /^https?$/, message: "must be an http(s) URL", abort: true });
const origin = z
  .string()
  .refine((url) => URL.canParse(url) && new URL(url).origin === url, "must be origins");
// As a bearer token can be written (RFC 6750, 2.1); another key could never match.
const apiKey = z
  .string()
  .regex(/^[\w.~+/-]{16,}=*$/, "must have at least 16 characters of A-Z a-z 0-9 - . _ ~ + /");
const sessionSecret = z
  .string()
  .transform((secret) => new TextEncoder().encode(secret))
  .refine(
    ({ byteLength }) => byteLength >= SESSION_SECRET_MIN_BYTES,
    `must have at least ${SESSION_SECRET_MIN_BYTES} bytes`,
  );
const webhookSecret = z
  .string()
  .regex(/^(?:whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/, "must be base64 of 24 to 64 bytes");
const forRotation = "takes at most two, for rotation";
const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ""));
const neededBy = (provider: ProviderName) => z.string(`is needed while PROVIDERS names ${provider}`);
const namesProviders = "must name cybrid, lynx or both";
const providerList = list.pipe(z.array(z.enum(providerName.options, namesProviders)).min(1, namesProviders));

const shared = z.object({
  PROVIDERS: providerList,
  ENVIRONMENT: environmentName,
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  REDIRECT_URIS: list.pipe(
    z.array(httpUrl.max(REDIRECT_URI_MAX_CHARS, `must be at most ${REDIRECT_URI_MAX_CHARS} characters long`)),
  ),
  SESSION_AUDIENCE: text.default("bank-link"),
  SESSION_CUSTOMER_CLAIM: text.default("sub"),
  SESSION_JWKS_URL: httpUrl.transform((url) => new URL(url)).optional(),
  SESSION_ISSUER: text.optional(),
  SESSION_SECRET: list.pipe(z.array(sessionSecret).max(2, forRotation)),
  API_KEYS: list.pipe(z.array(apiKey)),
  WEBHOOK_URL: httpUrl.optional(),
  WEBHOOK_SECRET: list.pipe(z.array(webhookSecret).max(2, forRotation)),
  UPSTREAM_TIMEOUT_SECONDS: wholeNumber(1, 60).default(UPSTREAM_TIMEOUT_S),
});
const cybrid = z.object({
  CYBRID_API_URL: baseUrl.optional(),
  CYBRID_IDENTITY_URL: baseUrl.optional(),
  CYBRID_CLIENT_ID: neededBy("cybrid"),
  CYBRID_CLIENT_SECRET: neededBy("cybrid"),
  CYBRID_LINK_CUSTOMIZATION: text.default("default").transform(parseCustomization),
  CYBRID_ASSET: text.default("USD"),
  CYBRID_VERIFY_OWNERSHIP: flag,
  CYBRID_VERIFY_REFRESH: flag,
});
const lynx = z.object({
  LYNX_API_URL: baseUrl.optional(),
  LYNX_CLIENT_ID: neededBy("lynx"),
  LYNX_CLIENT_SECRET: neededBy("lynx"),
  LYNX_CLIENT_ORG: neededBy("lynx"),
  LYNX_LINK_TOKEN_PATH: neededBy("lynx").pipe(path),
  LYNX_LINK_VERIFIED_PATH: neededBy("lynx").pipe(path),
  LYNX_ACCOUNTS_PATH: path.optional(),
  LYNX_LINK_TOKEN_MINUTES: wholeNumber(1, 240).default(30),
});
// Nothing is needed of a provider that is switched off, but what is given has to be right.
const cybridUnused = cybrid.partial().transform(() => null);
const lynxUnused = lynx.partial().transform(() => null);

type Variables = z.infer<typeof shared> & z.infer<typeof cybrid> & z.infer<typeof lynx>;
type Name = keyof Variables;

/** The variables and secrets as they are bound: text, each of which may be missing. */
export type ConfigVariables = { [Variable in Name]?: string };

export const variableNames = Object.keys({ ...shared.shape, ...cybrid.shape, ...lynx.shape }) as Name[];

/** Parses the variables. @throws ConfigError naming each variable that is missing or wrong. */
export function parseConfig(env: object): Config {
  // wrangler.toml cannot leave a value out, so an empty variable is an absent one, and so is a list of nothing.
  const given: Given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => typeof value !== "string" || /[^\s,]/.test(value)),
  );
  const used = providerList.safeParse(given.PROVIDERS).data ?? [];
  const parsed = z
    .object({
      shared,
      cybrid: used.includes("cybrid") ? cybrid : cybridUnused,
      lynx: used.includes("lynx") ? lynx : lynxUnused,
    })
    .safeParse({ shared: given, cybrid: given, lynx: given });
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path: [, variable], message }) => ({
      variable: String(variable),
      reason: message,
    })),
    ...missingCompanions(given, used),
    ...unfitUrls(given),
    ...unfitSecrets(given),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const vars = parsed.data;
  return {
    ...toSharedConfig(vars.shared),
    cybrid: vars.cybrid && toCybridConfig(vars.cybrid, vars.shared.ENVIRONMENT),
    lynx: vars.lynx && toLynxConfig(vars.lynx, vars.shared.ENVIRONMENT),
  };
}

type Given = { readonly [Variable in Name]?: unknown };

/** Variables that others call for. */
function missingCompanions(given: Given, used: readonly ProviderName[]): Fault[] {
  const has = (name: Name) => given[name] !== undefined;
  const faults: Fault[] = [];
  if (used.includes("lynx") && !has("REDIRECT_URIS")) {
    faults.push({ variable: "REDIRECT_URIS", reason: "is needed while PROVIDERS names lynx" });
  }
  if (!has("SESSION_SECRET") && !has("SESSION_JWKS_URL")) {
    faults.push({ variable: "SESSION_SECRET", reason: "or SESSION_JWKS_URL is needed" });
  }
  if (has("SESSION_JWKS_URL") !== has("SESSION_ISSUER")) {
    faults.push({ variable: "SESSION_ISSUER", reason: "and SESSION_JWKS_URL are needed together" });
  }
  if (has("WEBHOOK_URL") !== has("WEBHOOK_SECRET")) {
    faults.push({ variable: "WEBHOOK_SECRET", reason: "and WEBHOOK_URL are needed together" });
  }
  return faults;
}

/** URLs that no deployment may have, or not this one. Credentials, keys and customers go to each of them. */
function unfitUrls(given: Given): Fault[] {
  const environment = environmentName.safeParse(given.ENVIRONMENT).data;
  const otherHosts = environment
    ? Object.values(HOSTS[environment === "sandbox" ? "production" : "sandbox"])
    : [];
  return variableNames
    .filter((name) => name.endsWith("_URL") || name === "ALLOWED_ORIGINS" || name === "REDIRECT_URIS")
    .flatMap((variable) => entriesOf(given[variable]).map((entry) => ({ variable, url: URL.parse(entry) })))
    .flatMap(({ variable, url }) => {
      // One that is no URL is a fault of its own.
      if (!url) return [];
      // Calls to this machine are for trying a production build; customers never come from there.
      const mayBeLocal = variable.endsWith("_URL") && LOCAL_HOSTS.has(url.hostname);
      const isUnsafe = environment === "production" && url.protocol !== "https:" && !mayBeLocal;
      const isOther = otherHosts.some((host) => new URL(host).host === url.host);
      return [
        ...(isUnsafe ? [{ variable, reason: "must be https in production" }] : []),
        ...(isOther ? [{ variable, reason: "contradicts ENVIRONMENT" }] : []),
        ...(url.username || url.password
          ? [{ variable, reason: "must not contain a user or a password" }]
          : []),
        ...(url.hash ? [{ variable, reason: "must not contain a fragment" }] : []),
      ];
    });
}

/** Secrets that would let one door's key open another, or that could be guessed. */
function unfitSecrets(given: Given): Fault[] {
  const secrets = (["SESSION_SECRET", "API_KEYS", "WEBHOOK_SECRET"] as const).flatMap((variable) =>
    entriesOf(given[variable]).map((secret) => ({ variable, secret })),
  );
  return secrets.flatMap(({ variable, secret }, index) => {
    const isRepeated = secrets.findIndex((other) => other.secret === secret) !== index;
    // One that is too short is a fault of its own.
    const isWeak = secret.length >= 16 && new Set(secret).size < SECRET_MIN_DIFFERENT_CHARS;
    return [
      ...(isRepeated ? [{ variable, reason: "must not repeat another secret" }] : []),
      ...(isWeak
        ? [{ variable, reason: "is too easily guessed: generate one, such as by openssl rand -base64 32" }]
        : []),
    ];
  });
}

function entriesOf(value: unknown): string[] {
  return list.safeParse(value).data ?? [];
}

function toSharedConfig(vars: z.infer<typeof shared>): Omit<Config, ProviderName> {
  const { SESSION_JWKS_URL: url, SESSION_ISSUER: issuer, WEBHOOK_URL } = vars;
  return {
    environment: vars.ENVIRONMENT,
    providers: vars.PROVIDERS,
    allowedOrigins: new Set(vars.ALLOWED_ORIGINS),
    redirectUris: vars.REDIRECT_URIS,
    session: {
      audience: vars.SESSION_AUDIENCE,
      customerClaim: vars.SESSION_CUSTOMER_CLAIM,
      secrets: vars.SESSION_SECRET,
      jwks: url && issuer ? { url, issuer } : null,
    },
    apiKeys: vars.API_KEYS,
    webhook: WEBHOOK_URL ? { url: WEBHOOK_URL, secrets: vars.WEBHOOK_SECRET } : null,
    upstreamTimeoutMs: vars.UPSTREAM_TIMEOUT_SECONDS * 1_000,
  };
}

export type CybridConfig = ReturnType<typeof toCybridConfig>;

function toCybridConfig(vars: z.infer<typeof cybrid>, environment: Environment) {
  return {
    apiUrl: vars.CYBRID_API_URL ?? HOSTS[environment].cybridApi,
    identityUrl: vars.CYBRID_IDENTITY_URL ?? HOSTS[environment].cybridIdentity,
    clientId: vars.CYBRID_CLIENT_ID,
    clientSecret: vars.CYBRID_CLIENT_SECRET,
    linkCustomization: vars.CYBRID_LINK_CUSTOMIZATION,
    asset: vars.CYBRID_ASSET,
    verifyOwnership: vars.CYBRID_VERIFY_OWNERSHIP,
    verifyRefresh: vars.CYBRID_VERIFY_REFRESH,
  };
}

export type LynxConfig = ReturnType<typeof toLynxConfig>;

function toLynxConfig(vars: z.infer<typeof lynx>, environment: Environment) {
  return {
    apiUrl: vars.LYNX_API_URL ?? HOSTS[environment].lynxApi,
    clientId: vars.LYNX_CLIENT_ID,
    clientSecret: vars.LYNX_CLIENT_SECRET,
    clientOrg: vars.LYNX_CLIENT_ORG,
    linkTokenPath: vars.LYNX_LINK_TOKEN_PATH,
    linkVerifiedPath: vars.LYNX_LINK_VERIFIED_PATH,
    accountsPath: vars.LYNX_ACCOUNTS_PATH ?? null,
    linkTokenLifeMs: vars.LYNX_LINK_TOKEN_MINUTES * 60_000,
  };
}

/** Plaid's link customization by language: `default`, or `en=default,es=spanish_customization`. */
function parseCustomization(text: string): { readonly default: string; readonly [language: string]: string } {
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

/** The provider that a request means: the configured one that it names, or the only one. `null`: neither. */
export function resolveProvider(
  { providers }: Pick<Config, "providers">,
  named?: ProviderName | null,
): ProviderName | null {
  if (named) return providers.includes(named) ? named : null;
  return providers.length === 1 ? (providers[0] ?? null) : null;
}

export type Configuration = { ok: true; config: Config } | { ok: false; faults: ConfigError["faults"] };

/** The same as a result, for callers that report the faults. */
export function readConfiguration(env: ConfigVariables): Configuration {
  try {
    return { ok: true, config: configOf(env) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, faults: error.faults };
    throw error;
  }
}

/** The API keys by themselves, for the routes that answer while another variable is wrong. */
export function apiKeysOf(env: ConfigVariables): readonly string[] {
  return list.parse(env.API_KEYS).filter((key) => apiKey.safeParse(key).success);
}
