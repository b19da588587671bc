import { signerOf } from '../../src/simulator/webhooks/signer.js';
import { readCommandLine } from '../../src/simulator/command-line.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { createTestDatabase } from '../support/database.js';
import { startEnforcing } from '../support/enforcing-app.js';
import { NEW_SECRET, OTHER_SECRET } from '../support/signed-webhooks.js';

describe('the simulator, against a server that enforces signatures', () => {
  it.each(['standard', 'bracknet'] as const)(
    'is believed by its signature in the %s profile, and not without',
    async (profile) => {
      const database = await createTestDatabase();
      const app = await startEnforcing(database, { webhooks: { profile } });
      const key = 'a key';
      const signers = [signerOf(profile, NEW_SECRET.toString()), signerOf(profile, OTHER_SECRET.toString())];
      try {
        const statuses: unknown[] = [];
        for (const sign of signers) {
          const simulator = await startSimulator({ port: 0, key, crmUrl: app.url, sign });
          const answer = await fetch(`${simulator.url}/simulate`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}` },
            body: JSON.stringify({ scenario: 'inbound-missed', duplicate: 2, wait: true }),
          });
          const { webhooks }: { webhooks: { status: number; response: { result?: string } }[] } = JSON.parse(
            await answer.text(),
          );
          statuses.push(webhooks.map(({ status, response }) => response.result ?? status));
          await simulator.close();
        }
        expect(statuses).toEqual([
          ['accepted', 'duplicate', 'accepted', 'duplicate'],
          [401, 401, 401, 401],
        ]);
      } finally {
        await app.close();
        await database.drop();
      }
    },
  );

  it('gets the secret and the profile by flags', () => {
    expect(() => readCommandLine(['--profile', 'stripe'])).toThrow('--profile must be standard or bracknet');
    const flags = ['--secret', `whsec_${NEW_SECRET.toString('base64')}`, '--profile', 'bracknet'];
    expect(Object.keys(readCommandLine(flags)?.sign('{}') ?? {})).toContain('X-Bracknet-Signature');
    expect(readCommandLine([])?.sign('{}')).toEqual({});
  });
});
