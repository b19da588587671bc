import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { loadConfiguration } from '../../src/config/configuration.js';
import { PbxMetrics } from '../../src/modules/metrics/pbx-metrics.js';
import { certificateTrouble } from '../../src/modules/telephony/bracknet/certificate-trouble.js';
import {
  ACCEPTED,
  CALL,
  captureLogs,
  clientOf,
  closePeersAndClients,
  errorOf,
} from '../support/bracknet-peer.js';
import { Certificates } from '../support/certificates.js';
import { PRODUCTION, problemsOf, SECRET } from '../support/environments.js';

let certificates: Certificates;
let pbx: Server;
let port: number;
let logged: string[];

beforeAll(async () => {
  certificates = await Certificates.create();
  pbx = createServer(await certificates.ofServer(), (_request, response) =>
    response.end(JSON.stringify(ACCEPTED)),
  ).listen(0, '127.0.0.1');
  await once(pbx, 'listening');
  ({ port } = pbx.address() as AddressInfo);
});
beforeEach(() => {
  logged = captureLogs();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await closePeersAndClients();
});
afterAll(async () => {
  pbx.close();
  await certificates.remove();
});

/** Certificates as the service reads them from the file. */
function authoritiesIn(file: string): readonly string[] {
  return loadConfiguration({ JWT_SECRET: SECRET, BRACKNET_CA_FILE: file }).bracknet.certificates;
}

function startAt(host: string, authorities: readonly string[]): Promise<unknown> {
  const metrics = new PbxMetrics(new Registry());
  return clientOf(`https://${host}:${port}`, 15_000, metrics, authorities).start(CALL);
}

describe('a PBX with a certificate of a private authority', () => {
  it('is called with BRACKNET_CA_FILE', async () => {
    await expect(startAt('127.0.0.1', authoritiesIn(certificates.authority))).resolves.toMatchObject({
      bracknetCallId: ACCEPTED.bracknet_call_id,
    });
  });

  it('is refused without it, and the log names the certificate and the variable', async () => {
    expect(await errorOf(startAt('127.0.0.1', []))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    expect(logged).toEqual([
      expect.stringMatching(
        /^warn start: PBX_UNREACHABLE .*certificate.*unknown authority.*BRACKNET_CA_FILE/u,
      ),
    ]);
  });

  it('is refused with the authority of another one', async () => {
    const other = await Certificates.create();
    try {
      const refused = startAt('127.0.0.1', authoritiesIn(other.authority));
      expect(await errorOf(refused)).toMatchObject({ code: 'PBX_UNREACHABLE' });
      expect(logged).toEqual([expect.stringContaining('BRACKNET_CA_FILE')]);
    } finally {
      await other.remove();
    }
  });

  it('is refused under a name that its certificate does not have, and the log says that', async () => {
    const refused = startAt('localhost', authoritiesIn(certificates.authority));
    expect(await errorOf(refused)).toMatchObject({ code: 'PBX_UNREACHABLE' });
    expect(logged).toEqual([expect.stringMatching(/ERR_TLS_CERT_ALTNAME_INVALID.*host name/u)]);
  });
});

it.each(['ECONNREFUSED', 'EPROTO', undefined])('%s is no trouble of a certificate', (code) => {
  expect(certificateTrouble(code)).toBeNull();
});

describe('BRACKNET_CA_FILE', () => {
  it('may hold several certificates between other lines', async () => {
    const file = certificates.path('several.pem');
    const [authority = ''] = authoritiesIn(certificates.authority);
    await writeFile(file, `# the old authority\n${authority}\n\nand the new one\r\n${authority}\n`);
    expect(authoritiesIn(file)).toEqual([authority, authority]);
  });

  it.each([
    ['is missing', 'missing.pem', null, /cannot be read \(ENOENT\)/u],
    ['is a folder', '', null, /cannot be read \(EISDIR\)/u],
    ['is empty', 'empty.pem', '', /holds no certificate/u],
    ['holds a key', 'key.pem', null, /holds no certificate/u],
    [
      'holds a certificate that was cut',
      'cut.pem',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
      /what is no certificate: number 1 of 1/u,
    ],
  ])('that %s stops the start, in production and elsewhere', async (_what, name, content, problem) => {
    const file = certificates.path(name);
    if (content !== null) await writeFile(file, content);
    for (const env of [PRODUCTION, {}]) {
      const problems = problemsOf({ ...env, BRACKNET_CA_FILE: file });
      expect(problems).toEqual([expect.stringMatching(problem)]);
      expect(problems[0]).toMatch(/^BRACKNET_CA_FILE /u);
      expect(problems[0]).not.toContain(file);
    }
  });

  it('is warned of when the PBX is not called by https', () => {
    const env = {
      JWT_SECRET: SECRET,
      BRACKNET_API_BASE_URL: 'http://10.0.0.5',
      BRACKNET_API_KEY: 'key-1',
      BRACKNET_CA_FILE: certificates.authority,
    };
    expect(loadConfiguration(env).app.warnings).toEqual([
      expect.stringMatching(/^BRACKNET_CA_FILE is set but .* is not https/u),
    ]);
  });
});
