/** The providers, created from the configuration. The only file that knows them all. */
import type { Config } from "../config.ts";
import type { ProviderName } from "../contract.ts";
import type { Log } from "../log.ts";
import type { AccessTokenSource } from "./access-tokens/access-token.ts";
import { type AccessTokensBinding, accessTokenSource } from "./access-tokens/source.ts";
import { type AuthorizedApiOptions, createAuthorizedApi } from "./authorized-api.ts";
import { requestCybridToken, scopesOf } from "./cybrid/access-token.ts";
import { createCybridApi } from "./cybrid/api.ts";
import { createCybrid } from "./cybrid/index.ts";
import { ACCEPT_VERSION } from "./cybrid/limits.ts";
import { errorCode as cybridErrorCode, isCybridError } from "./cybrid/map-failure.ts";
import { requestLynxToken } from "./lynx/access-token.ts";
import { createLynxApi } from "./lynx/api.ts";
import { createLynx } from "./lynx/index.ts";
import { isLynxError, errorCode as lynxErrorCode } from "./lynx/map-failure.ts";
import type { Provider } from "./provider.ts";

/** A provider that is ready to be called: it gets its access tokens from their keeper. */
export function openProvider(
  config: Config,
  env: AccessTokensBinding,
  name: ProviderName,
  log: Log,
): Provider {
  return createProvider(config, name, { tokens: accessTokensOf(config, env, name), log });
}

export function accessTokensOf(
  config: Config,
  env: AccessTokensBinding,
  name: ProviderName,
): AccessTokenSource {
  return accessTokenSource(env, name, accessTokenIdentity(config, name));
}

/** @throws if the provider is not configured, which the routes have ruled out. */
export function createProvider(
  config: Config,
  name: ProviderName,
  { tokens, log }: { tokens: AccessTokenSource; log: Log },
): Provider {
  const shared = {
    tokens,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  };
  switch (name) {
    case "cybrid": {
      const cybrid = configured(config.cybrid);
      const options: AuthorizedApiOptions = {
        ...shared,
        baseUrl: cybrid.apiUrl,
        headers: { "Accept-Version": ACCEPT_VERSION },
        upstream: { ...upstreamOf(config, log), errorCode: cybridErrorCode },
        isOwnError: isCybridError,
      };
      return createCybrid(cybrid, createCybridApi(createAuthorizedApi(options)));
    }
    case "lynx": {
      const lynx = configured(config.lynx);
      const options: AuthorizedApiOptions = {
        ...shared,
        baseUrl: lynx.apiUrl,
        headers: {},
        upstream: { ...upstreamOf(config, log), errorCode: lynxErrorCode },
        isOwnError: isLynxError,
      };
      const api = createLynxApi(lynx, createAuthorizedApi(options));
      return createLynx(lynx, config.environment, api, () => crypto.randomUUID());
    }
  }
}

export function requestAccessToken(config: Config, name: ProviderName, log: Log) {
  switch (name) {
    case "cybrid":
      return requestCybridToken(configured(config.cybrid), upstreamOf(config, log));
    case "lynx":
      return requestLynxToken(configured(config.lynx), upstreamOf(config, log));
  }
}

/** Names the keeper: another client or another scope has another token. */
export function accessTokenIdentity(config: Config, name: ProviderName): string {
  switch (name) {
    case "cybrid": {
      const cybrid = configured(config.cybrid);
      return [config.environment, name, cybrid.identityUrl, cybrid.clientId, scopesOf(cybrid)].join("|");
    }
    case "lynx": {
      const lynx = configured(config.lynx);
      return [config.environment, name, lynx.apiUrl, lynx.clientId].join("|");
    }
  }
}

function upstreamOf(config: Config, log: Log) {
  return {
    fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
    log,
    timeoutMs: config.upstreamTimeoutMs,
    now: Date.now,
  };
}

function configured<T>(provider: T | null): T {
  if (provider === null) throw new Error("the provider is not configured");
  return provider;
}
