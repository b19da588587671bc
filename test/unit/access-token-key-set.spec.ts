import { jest } from '@jest/globals';
import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { crmToken, forge, refusalOf, STAFF, validTimes, verifierWith } from '../support/tokens.js';

function signed(alg: string, kid: string, key: CryptoKey | KeyObject): Promise<string> {
  return new SignJWT({ sub: '9', role: 'agent', ...validTimes() }).setProtectedHeader({ alg, kid }).sign(key);
}

describe('with the key set of an identity provider', () => {
  let provider: Server;
  let jwksUrl: string;
  let keys: Record<'RS256' | 'ES256' | 'stranger', { privateKey: CryptoKey; publicKey: CryptoKey }>;
  /** A body of null is begun and never completed. */
  let answer: { status: number; body: string | null };
  /** Requests so far. */
  let asked = 0;

  beforeAll(async () => {
    keys = {
      RS256: await generateKeyPair('RS256', { extractable: true }),
      ES256: await generateKeyPair('ES256', { extractable: true }),
      stranger: await generateKeyPair('RS256', { extractable: true }),
    };
    provider = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json', location: '/keys' });
      if (answer.body === null) response.write('{"keys":');
      else response.end(answer.body);
    });
    await once(provider.listen(0, '127.0.0.1'), 'listening');
    const address = provider.address();
    if (address === null || typeof address === 'string') throw new Error('not listening on a port');
    jwksUrl = `http://127.0.0.1:${address.port}/keys`;
  });

  beforeEach(async () => {
    const published = [
      { ...(await exportJWK(keys.RS256.publicKey)), kid: 'RS256', use: 'sig' },
      { ...(await exportJWK(keys.ES256.publicKey)), kid: 'ES256', use: 'sig' },
    ];
    answer = { status: 200, body: JSON.stringify({ keys: published }) };
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    provider.closeAllConnections();
    await once(provider.close(), 'close');
  });

  const keysAlone = () => verifierWith({ JWT_SECRET: '', JWT_JWKS_URL: jwksUrl });
  const keysAndSecret = () => verifierWith({ JWT_JWKS_URL: jwksUrl });

  it.each(['RS256', 'ES256'] as const)('a token signed with %s stands for its agent', async (alg) => {
    await expect(keysAlone().verify(await signed(alg, alg, keys[alg].privateKey))).resolves.toMatchObject({
      userId: 9,
    });
  });

  it('beside the shared secret, both kinds of tokens are read', async () => {
    const verifier = keysAndSecret();

    await expect(verifier.verify(crmToken(STAFF))).resolves.toMatchObject({ userId: 7 });
    await expect(
      verifier.verify(await signed('RS256', 'RS256', keys.RS256.privateKey)),
    ).resolves.toMatchObject({
      userId: 9,
    });
  });

  it('a customer of the identity provider is rejected too', async () => {
    const token = await new SignJWT({ sub: '9', type: 'customer', ...validTimes() })
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(keys.ES256.privateKey);

    await expect(refusalOf(token, keysAlone())).resolves.toMatchObject({ code: 'CUSTOMER_TOKEN_REFUSED' });
  });

  it.each([
    ['alone', keysAlone],
    ['beside the shared secret', keysAndSecret],
  ])('the public key %s is no HS256 secret', async (_how, verifier) => {
    const pem = await exportSPKI(keys.RS256.publicKey);
    const jwk = await exportJWK(keys.RS256.publicKey);
    const claims = { ...STAFF, roleSlug: 'admin', ...validTimes() };

    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.n ?? '']) {
      await expect(
        refusalOf(forge({ alg: 'HS256', kid: 'RS256' }, claims, secret), verifier()),
      ).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('a published symmetric key signs nothing', async () => {
    const k = Buffer.from('published').toString('base64url');
    answer = { status: 200, body: JSON.stringify({ keys: [{ kty: 'oct', k, kid: 'oct', alg: 'HS256' }] }) };

    await expect(
      refusalOf(
        forge({ alg: 'HS256', kid: 'oct' }, { ...STAFF, ...validTimes() }, 'published'),
        keysAndSecret(),
      ),
    ).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token of the shared secret is rejected when only the key set is configured', async () => {
    await expect(refusalOf(crmToken(STAFF), keysAlone())).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token of the identity provider is rejected when only the secret is configured', async () => {
    const token = await signed('RS256', 'RS256', keys.RS256.privateKey);

    await expect(refusalOf(token, verifierWith())).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['an unknown key id', 'other'],
    ["a stranger's signature under a known key id", 'RS256'],
    ['the key id of another algorithm', 'ES256'],
  ])('fails: %s', async (_attack, kid) => {
    await expect(
      refusalOf(await signed('RS256', kid, keys.stranger.privateKey), keysAlone()),
    ).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(['PS256', 'RS512'])('fails: %s, even with a key of the identity provider', async (alg) => {
    const token = await signed(alg, 'RS256', KeyObject.from(keys.RS256.privateKey));

    await expect(refusalOf(token, keysAlone())).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['an error page', { status: 500, body: 'oops' }],
    ['HTML', { status: 200, body: '<html>' }],
    ['JSON that is no key set', { status: 200, body: '{"keys":1}' }],
  ])('%s instead of keys is not the fault of the token', async (_what, broken) => {
    const verifier = keysAlone();
    const token = await signed('RS256', 'RS256', keys.RS256.privateKey);
    const working = answer;

    answer = broken;
    const fault: unknown = await verifier.verify(token).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE' });

    answer = working;
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_000);
    await expect(verifier.verify(token)).resolves.toMatchObject({ userId: 9 });
  });

  it.each([
    ['fails', { status: 500, body: 'oops' }],
    ['answers what is no key set', { status: 200, body: '{}' }],
  ])('while it %s, it is not asked again for every unknown key id', async (_what, broken) => {
    const verifier = keysAlone();
    const forged = await signed('RS256', 'forged', keys.stranger.privateKey);
    const verifyMany = async () => {
      for (let n = 0; n < 20; n += 1) {
        const { code } = await refusalOf(forged, verifier);
        expect(code).toBe('IDENTITY_PROVIDER_UNAVAILABLE');
      }
    };
    answer = broken;
    asked = 0;
    await verifyMany();
    expect(asked).toBe(1);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_000);
    await verifyMany();
    expect(asked).toBe(2);
  });

  it('that fails after it was read leaves the tokens of known keys valid', async () => {
    const verifier = keysAlone();
    const good = await signed('ES256', 'ES256', keys.ES256.privateKey);
    await verifier.verify(good);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    answer = { status: 503, body: '' };
    asked = 0;
    const forged = await signed('RS256', 'forged', keys.stranger.privateKey);
    for (let n = 0; n < 5; n += 1) {
      await expect(refusalOf(forged, verifier)).resolves.toMatchObject({
        code: 'IDENTITY_PROVIDER_UNAVAILABLE',
      });
      await expect(verifier.verify(good)).resolves.toMatchObject({ userId: 9 });
    }
    expect(asked).toBe(1);
  });

  it('of more than 1 MiB is not read to its end', async () => {
    answer = { status: 200, body: JSON.stringify({ keys: [], filler: 'x'.repeat(1024 * 1024) }) };
    await expect(
      refusalOf(await signed('RS256', 'RS256', keys.RS256.privateKey), keysAlone()),
    ).resolves.toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
  });

  it('that sends its answer slower than 5 seconds is given up', async () => {
    answer = { status: 200, body: null };
    const begun = performance.now();
    await expect(
      refusalOf(await signed('RS256', 'RS256', keys.RS256.privateKey), keysAlone()),
    ).resolves.toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
    expect(performance.now() - begun).toBeLessThan(8_000);
  });

  it('is not looked for behind a redirect', async () => {
    answer = { status: 302, body: '' };
    await expect(
      refusalOf(await signed('RS256', 'RS256', keys.RS256.privateKey), keysAlone()),
    ).resolves.toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
  });
});
