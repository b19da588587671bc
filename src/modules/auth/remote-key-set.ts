import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

/** Larger than any provider's key set. */
const MAX_BYTES = 1024 * 1024;

/** Longest time until the key set has arrived completely. */
const TIMEOUT_MS = 5_000;

/** After a success, unknown key ids do not cause another request for this time. */
const COOLDOWN_MS = 30_000;

/** After a failure, none is made for this time. It is the Retry-After of IDENTITY_PROVIDER_UNAVAILABLE. */
const PAUSE_MS = 5_000;

/**
 * The keys of an identity provider, fetched when they are needed. jose keeps them and limits requests after a success
 * only: while the provider fails, each token with an unknown key id, which anyone can make, would cause a request.
 */
export function remoteKeySet(url: URL): JWTVerifyGetKey {
  let failure: unknown = null;
  let pausedUntil = 0;
  return createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: async (address, options) => {
      if (Date.now() < pausedUntil) throw failure;
      try {
        return await fetchKeySet(address, options);
      } catch (error) {
        failure = error;
        pausedUntil = Date.now() + PAUSE_MS;
        throw error;
      }
    },
  });
}

/** @throws JOSEError when the answer is not a key set of at most 1 MiB */
async function fetchKeySet(address: string, options: RequestInit): Promise<Response> {
  const response = await fetch(address, options);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new errors.JOSEError(`The key set was answered with status ${response.status}`);
  }
  const keySet: unknown = JSON.parse(await textOf(response));
  // Throws when it is no key set.
  createLocalJWKSet(keySet as Parameters<typeof createLocalJWKSet>[0]);
  return Response.json(keySet);
}

async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) throw new errors.JOSEError(`The key set is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
