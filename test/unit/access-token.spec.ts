import * as fc from 'fast-check';
import { issueToken } from '../../src/modules/auth/issue-token.js';
import {
  crmToken,
  CUSTOMER,
  encoded,
  forge,
  JWT_SECRET,
  refusalOf,
  secondsFromNow,
  STAFF,
  validTimes,
  verifierWith,
} from '../support/tokens.js';

describe('a token of the CRM', () => {
  it('identifies its agent', async () => {
    await expect(verifierWith().verify(crmToken(STAFF))).resolves.toEqual({
      userId: 7,
      role: 'agent',
      roleSlug: 'agent',
      extension: null,
      email: 'rima@example.com',
    });
  });

  it('needs no role: a user of type "user" is an agent', async () => {
    await expect(verifierWith().verify(crmToken({ ...STAFF, roleSlug: null }))).resolves.toMatchObject({
      role: 'agent',
      roleSlug: null,
    });
  });

  it.each(['super-admin', 'admin', 'supervisor'])('of role %s is a supervisor', async (roleSlug) => {
    await expect(verifierWith().verify(crmToken({ ...STAFF, roleSlug }))).resolves.toMatchObject({
      role: 'supervisor',
      roleSlug,
    });
  });

  it('is a supervisor by the roles of the configuration, not by resemblance', async () => {
    const verifier = verifierWith({ AUTH_SUPERVISOR_ROLES: 'team-lead' });
    const roleOf = async (roleSlug: string) => (await verifier.verify(crmToken({ ...STAFF, roleSlug }))).role;

    await expect(roleOf('team-lead')).resolves.toBe('supervisor');
    await expect(roleOf('admin')).resolves.toBe('agent');
    await expect(roleOf('team-lead-trainee')).resolves.toBe('agent');
  });

  it.each([
    ['a role of AUTH_SEE_ALL_ROLES', { roleSlug: 'auditor' }],
    ['the permission view-call-logs', { permissions: ['orders', 'view-call-logs'] }],
    ['the permission view-crm-reports', { permissions: ['view-crm-reports'] }],
  ])('with %s sees all calls as an agent', async (_what, claims) => {
    const verifier = verifierWith({ AUTH_SEE_ALL_ROLES: 'auditor' });
    const agent = await verifier.verify(crmToken({ ...STAFF, ...claims }));
    expect(agent).toMatchObject({ role: 'agent', seesAllCalls: true });
  });

  it.each([
    ['another role', { roleSlug: 'auditor-trainee' }],
    ['other permissions', { permissions: ['view-call-logs-of-own'] }],
    ['a text in place of a list', { permissions: 'view-call-logs' }],
  ])('with %s sees own calls alone', async (_what, claims) => {
    const verifier = verifierWith({ AUTH_SEE_ALL_ROLES: 'auditor' });
    expect(await verifier.verify(crmToken({ ...STAFF, ...claims }))).not.toHaveProperty('seesAllCalls');
  });

  it('is the one that issueToken signs', async () => {
    const token = await issueToken(
      { jwtSecret: JWT_SECRET },
      { userId: 12, role: 'admin', extension: '301' },
    );

    await expect(verifierWith().verify(token)).resolves.toEqual({
      userId: 12,
      role: 'supervisor',
      roleSlug: 'admin',
      extension: '301',
      email: null,
    });
  });
});

describe('a token with standard claims', () => {
  it('identifies the user of its "sub"', async () => {
    await expect(
      verifierWith().verify(crmToken({ sub: '42', role: 'agent', extension: '201' })),
    ).resolves.toEqual({ userId: 42, role: 'agent', roleSlug: 'agent', extension: '201', email: null });
  });

  it("is overridden by the CRM's claims where both exist", async () => {
    await expect(
      verifierWith().verify(crmToken({ ...STAFF, sub: '42', role: 'admin' })),
    ).resolves.toMatchObject({ userId: 7, role: 'agent', roleSlug: 'agent' });
  });
});

describe('a shop customer', () => {
  it.each([
    ['a token of the shop', CUSTOMER],
    ['type alone', { id: 7, type: 'customer' }],
    ['role slug alone', { id: 7, roleSlug: 'customer-account' }],
    ['standard role alone', { sub: '7', role: 'customer-account' }],
    ['a staff type beside the role', { ...STAFF, roleSlug: 'customer-account' }],
    ['a staff role beside the type', { ...STAFF, type: 'customer' }],
    ['a role in another writing', { ...STAFF, roleSlug: ' Customer ' }],
    ['a second role beside a staff role', { ...STAFF, role: 'customer-account' }],
    ['another case', { ...STAFF, roleSlug: 'Customer-Account' }],
    ['no usable id', { ...CUSTOMER, id: 'c-1' }],
  ])('is refused by %s', async (_how, claims) => {
    await expect(refusalOf(crmToken(claims))).resolves.toMatchObject({ code: 'CUSTOMER_TOKEN_REFUSED' });
  });
});

describe('a token that does not say it belongs to staff', () => {
  it.each([
    ['neither type nor role', { id: 7 }],
    ['an empty role', { id: 7, roleSlug: '' }],
    ['a role that is no text', { id: 7, role: ['admin'] }],
    ['a slug that is no text beside a role', { ...STAFF, roleSlug: ['customer'], role: 'admin' }],
    ['a role of the shop without a type', { id: 7, roleSlug: 'reseller' }],
    ['a staff role in another case', { id: 7, role: 'ADMIN' }],
    ['a type in another case', { id: 7, type: 'User', roleSlug: 'admin' }],
    ['an empty type', { id: 7, type: '', roleSlug: 'admin' }],
    ['another type', { id: 7, type: 'refresh', roleSlug: 'admin' }],
    ['a type that is no text', { id: 7, type: ['user'], roleSlug: 'admin' }],
  ])('is forbidden: %s', async (_how, claims) => {
    await expect(refusalOf(crmToken(claims))).resolves.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(['agent', 'supervisor', 'admin', 'super-admin'])('is staff by its role %s', async (role) => {
    await expect(verifierWith().verify(crmToken({ id: 7, role }))).resolves.toMatchObject({ userId: 7 });
  });

  it('is staff by a role that the operator lists, for staff or for supervisors', async () => {
    const verifier = verifierWith({ AUTH_STAFF_ROLES: 'sales', AUTH_SUPERVISOR_ROLES: 'team-lead' });
    const roleOf = async (role: string) => (await verifier.verify(crmToken({ id: 7, role }))).role;
    expect([await roleOf('sales'), await roleOf('team-lead')]).toEqual(['agent', 'supervisor']);
    await expect(refusalOf(crmToken({ id: 7, role: 'agent' }), verifier)).resolves.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('a token without a usable user id', () => {
  it.each([
    ['no id', {}],
    ['text', { id: '7' }],
    ['zero', { id: 0 }],
    ['negative', { id: -7 }],
    ['a fraction', { id: 7.5 }],
    ['beyond the integers of the database', { id: 2 ** 31 }],
    ['an object', { id: { $gt: 0 } }],
    ['text beside a good sub', { id: '7', sub: '7' }],
    ['a sub that is a name', { sub: 'rima' }],
    ['a sub in exponent form', { sub: '1e3' }],
    ['a sub of zero', { sub: '0' }],
    ['a negative sub', { sub: '-7' }],
    ['a sub with a fraction', { sub: '7.0' }],
  ])('is refused: %s', async (_how, id) => {
    await expect(refusalOf(crmToken({ roleSlug: 'agent', type: 'user', ...id }))).resolves.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The token names no user: "id" or "sub" must be a positive whole number',
    });
  });
});

describe('the extension of a token', () => {
  it.each(['20', '201', '020134'])('may be %s', async (extension) => {
    await expect(verifierWith().verify(crmToken({ ...STAFF, extension }))).resolves.toMatchObject({
      extension,
    });
  });

  it('may be null, as if it were absent', async () => {
    await expect(verifierWith().verify(crmToken({ ...STAFF, extension: null }))).resolves.toMatchObject({
      extension: null,
    });
  });

  it.each(['', '2', '2012012', '20a', '২০১', '201\n', '999', '112', '0911', '16247', 201, ['201']])(
    'is refused when it is %j, rather than lifting its limit',
    async (extension) => {
      await expect(refusalOf(crmToken({ ...STAFF, extension }))).resolves.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: expect.stringContaining('an extension of 2 to 6 digits, as text'),
      });
    },
  );
});

describe('an attack with the shared secret configured', () => {
  const admin = { ...STAFF, roleSlug: 'admin' };

  it.each([
    ['alg none, unsigned', () => forge({ alg: 'none' }, { ...validTimes(), ...admin }, null)],
    ['alg NoNe, unsigned', () => forge({ alg: 'NoNe' }, { ...validTimes(), ...admin }, null)],
    ['alg none, signed', () => forge({ alg: 'none' }, { ...validTimes(), ...admin })],
    ['no alg', () => forge({ typ: 'JWT' }, { ...validTimes(), ...admin })],
    ['HS256 without a signature', () => forge({ alg: 'HS256' }, { ...validTimes(), ...admin }, null)],
    ['the wrong secret', () => forge({ alg: 'HS256' }, { ...validTimes(), ...admin }, `${JWT_SECRET}!`)],
    ['an empty secret', () => forge({ alg: 'HS256' }, { ...validTimes(), ...admin }, '')],
    [
      'HS512 with the right secret',
      () => forge({ alg: 'HS512' }, { ...validTimes(), ...admin }, JWT_SECRET, 'sha512'),
    ],
    [
      'a key of its own in the header',
      () =>
        forge(
          { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } },
          { ...validTimes(), ...admin },
          'mine',
        ),
    ],
    [
      'an unknown critical header',
      () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, { ...validTimes(), ...admin }),
    ],
    [
      'a payload changed after signing',
      () => {
        const [header, , signature] = crmToken(STAFF).split('.');
        return [header, encoded({ ...validTimes(), ...admin }), signature].join('.');
      },
    ],
    ['a payload that is not an object', () => forge({ alg: 'HS256' }, [admin])],
  ])('fails: %s', async (_attack, token) => {
    await expect(refusalOf(token())).resolves.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The token is malformed or not signed by a party trusted here',
    });
  });

  it('fails: any garbage', async () => {
    const verifier = verifierWith();
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    );

    await fc.assert(
      fc.asyncProperty(garbage, async (token) => {
        await expect(refusalOf(token, verifier)).resolves.toMatchObject({ code: 'UNAUTHENTICATED' });
      }),
    );
  });
});

describe('the times of a token', () => {
  it('an expired one says so', async () => {
    await expect(refusalOf(crmToken({ ...STAFF, exp: secondsFromNow(-60) }))).resolves.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The token has expired: sign in again',
    });
  });

  it.each([
    ['no expiry', 'exp', { exp: undefined }],
    ['an expiry in words', 'exp', { exp: 'tomorrow' }],
    ['not valid yet', 'nbf', { nbf: secondsFromNow(60) }],
  ])('are checked: %s', async (_fault, claim, claims) => {
    await expect(refusalOf(crmToken({ ...STAFF, ...claims }))).resolves.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The token is not valid here and now: its "${claim}" claim is missing or wrong`,
    });
  });

  it('may be a moment off, as clocks are', async () => {
    await expect(
      verifierWith().verify(crmToken({ ...STAFF, nbf: secondsFromNow(3), exp: secondsFromNow(0) })),
    ).resolves.toMatchObject({ userId: 7 });
  });
});

describe('issuer and audience', () => {
  const verifier = verifierWith({ JWT_ISSUER: 'crm', JWT_AUDIENCE: 'telephony' });

  it('let a token pass that names both', async () => {
    const token = await issueToken(
      { jwtSecret: JWT_SECRET, issuer: 'crm', audience: 'telephony' },
      { userId: 7, role: 'agent' },
    );

    await expect(verifier.verify(token)).resolves.toMatchObject({ userId: 7 });
  });

  it.each([
    ['another issuer', 'iss', { iss: 'shop', aud: 'telephony' }],
    ['no issuer', 'iss', { aud: 'telephony' }],
    ['another audience', 'aud', { iss: 'crm', aud: ['shop'] }],
    ['no audience', 'aud', { iss: 'crm' }],
  ])('refuse %s', async (_fault, claim, claims) => {
    await expect(refusalOf(crmToken({ ...STAFF, ...claims }), verifier)).resolves.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The token is not valid here and now: its "${claim}" claim is missing or wrong`,
    });
  });
});
