import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { readAddressBlock } from '../../src/common/cidr.js';
import { type HostRule, readHostRule } from '../../src/common/host-rule.js';
import { AddressPolicy } from '../../src/modules/recordings/pbx/address-policy.js';
import { RecordingClient } from '../../src/modules/recordings/pbx/recording-client.js';
import { Certificates } from '../support/certificates.js';
import { resolverOf } from '../support/lying-resolver.js';
import { RecordingPeer } from '../support/recording-peer.js';

/** A PBX that may be asked, and an inside server that may not: nothing of these tests reaches it. */
describe('a request for a recording', () => {
  let pbx: RecordingPeer;
  let inside: RecordingPeer;

  beforeAll(async () => {
    [pbx, inside] = [await RecordingPeer.start(), await RecordingPeer.start()];
  });
  afterAll(() => Promise.all([pbx.close(), inside.close()]));
  beforeEach(() => {
    pbx.requests.length = 0;
    pbx.answer = (_request, response) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3');
  });
  afterEach(() => {
    expect(inside.requests).toEqual([]);
  });

  const rules = (...texts: string[]): HostRule[] => texts.flatMap((text) => readHostRule(text) ?? []);

  /** Of production unless told otherwise: no host may be this machine. */
  function clientFor(
    hosts: readonly string[],
    {
      names = {},
      networks = [],
      allowsThisMachine = false,
      certificates = [],
      headersMs = 10_000,
    }: {
      names?: Parameters<typeof resolverOf>[0];
      networks?: readonly string[];
      allowsThisMachine?: boolean;
      certificates?: readonly string[];
      headersMs?: number;
    } = {},
  ): RecordingClient {
    const blocks = networks.flatMap((network) => readAddressBlock(network) ?? []);
    return new RecordingClient(
      {
        hosts: rules(...hosts),
        addresses: new AddressPolicy(blocks, allowsThisMachine),
        certificates,
        headersMs,
      },
      resolverOf(names),
    );
  }

  /** Why it is refused; '' if it is not. */
  async function refusalOf(client: RecordingClient, url: string): Promise<string> {
    try {
      const { body } = await client.get({ url, signal: AbortSignal.timeout(5_000) });
      body.destroy();
      return '';
    } catch (error) {
      expect((error as Error).name).toBe('FetchError');
      return (error as Error).message;
    }
  }

  const asked = (): string => `http://127.0.0.1:${inside.port}/secret`;

  describe('goes to listed hosts only', () => {
    it.each([
      ['another host', () => asked()],
      ['another port', () => `http://pbx.example:${inside.port}/1`],
      ['another scheme', () => `https://pbx.example:${pbx.port}/1`],
      ['a name that begins with a listed one', () => `http://pbx.example.evil.example:${pbx.port}/1`],
      ['a name that ends with a listed one', () => `http://evilpbx.example:${pbx.port}/1`],
      [
        'a user that is written like a listed host',
        () => `http://pbx.example:${pbx.port}@127.0.0.1:${inside.port}/1`,
      ],
      ['a user', () => `http://user:password@pbx.example:${pbx.port}/1`],
      ['a back slash', () => `http://127.0.0.1:${inside.port}\\@pbx.example:${pbx.port}/1`],
      ['a file', () => 'file:///etc/passwd'],
      ['gopher', () => `gopher://pbx.example:${pbx.port}/1`],
      ['data', () => 'data:audio/mpeg;base64,SUQz'],
      ['ftp', () => `ftp://pbx.example:${pbx.port}/1`],
      ['no address', () => 'pbx.example/1.mp3'],
    ])('%s is refused', async (_trick, url) => {
      const client = clientFor([`http://pbx.example:${pbx.port}`], {
        names: { 'pbx.example': [['127.0.0.1']] },
      });
      expect(await refusalOf(client, url())).toContain('RECORDING_HOSTS');
      expect(pbx.requests).toEqual([]);
    });

    it('a wildcard is for names below the domain, at the default port of https', () => {
      const client = clientFor(['*.pbx.example']);
      expect(client.isListed('https://a.b.pbx.example/1.mp3')).toBe(true);
      for (const url of [
        'https://pbx.example/',
        'https://xpbx.example/',
        'http://a.pbx.example/',
        'https://a.pbx.example:8443/',
      ]) {
        expect([url, client.isListed(url)]).toEqual([url, false]);
      }
    });
  });

  describe('goes to no address inside, however it is written', () => {
    it.each([
      ['127.0.0.1'],
      ['2130706433'],
      ['0x7f000001'],
      ['0177.0.0.1'],
      ['127.1'],
      ['１２７.0.0.1'],
      ['[::1]'],
      ['[::ffff:127.0.0.1]'],
      ['[::ffff:7f00:1]'],
      ['[::127.0.0.1]'],
      ['[64:ff9b::7f00:1]'],
      ['[2002:7f00:1::]'],
      ['0.0.0.0'],
      ['169.254.169.254'],
      ['[fd00:ec2::254]'],
      ['[fe80::1]'],
      ['10.0.0.1'],
      ['192.168.1.1'],
      ['100.100.100.200'],
    ])('%s is refused, although it is listed', async (host) => {
      const listed = `http://${host}:${inside.port}`;
      expect(await refusalOf(clientFor([listed]), `${listed}/1`)).toContain('RECORDING_ALLOWED_NETWORKS');
    });

    it.each([
      ['to this machine', [['127.0.0.1']]],
      ['to a private address', [['10.1.2.3']]],
      ['to the metadata of clouds', [['169.254.169.254']]],
      ['to a mapped address', [['::ffff:127.0.0.1']]],
      ['to an allowed and a forbidden one', [['93.184.215.14', '127.0.0.1']]],
    ])('a listed name that resolves %s is refused', async (_trick, addresses) => {
      const host = `http://pbx.example:${inside.port}`;
      const client = clientFor([host], { names: { 'pbx.example': addresses } });
      expect(await refusalOf(client, `${host}/1`)).toContain('RECORDING_ALLOWED_NETWORKS');
    });

    it('a name other than localhost is never this machine, outside of production either', async () => {
      const host = `http://pbx.example:${inside.port}`;
      const client = clientFor([host], {
        names: { 'pbx.example': [['127.0.0.1']] },
        allowsThisMachine: true,
      });
      expect(await refusalOf(client, `${host}/1`)).toContain('RECORDING_ALLOWED_NETWORKS');
    });

    it('loopback cannot be allowed as a network', async () => {
      const host = `http://127.0.0.1:${inside.port}`;
      const client = clientFor([host], { networks: ['127.0.0.0/8'] });
      expect(await refusalOf(client, `${host}/1`)).toContain('RECORDING_ALLOWED_NETWORKS');
    });

    it('a name that changes its address goes to the address that was checked', async () => {
      // A test has no public address to answer at: a private one that is allowed, and this machine for the rest.
      const policy = new AddressPolicy([], false);
      const seen: string[] = [];
      const allows = policy.allows.bind(policy);
      policy.allows = (address, hostname) => {
        seen.push(address);
        return allows(address, hostname);
      };
      const host = `http://pbx.example:${inside.port}`;
      const client = new RecordingClient(
        { hosts: rules(host), addresses: policy, certificates: [], headersMs: 10_000 },
        resolverOf({ 'pbx.example': [['192.0.2.1'], ['127.0.0.1']] }),
      );
      for (let turn = 0; turn < 20; turn += 1) expect(await refusalOf(client, `${host}/1`)).not.toBe('');
      expect(seen).toHaveLength(20);
    });
  });

  it('goes to a network that the operator names', () => {
    const policy = new AddressPolicy([{ address: '10.0.0.0', prefix: 24, family: 'ipv4' }], false);
    expect(policy.allows('10.0.0.7', 'pbx.local')).toBe(true);
    expect(policy.allows('10.0.1.7', 'pbx.local')).toBe(false);
    expect(policy.allows('93.184.215.14', 'pbx.example')).toBe(true);
    expect(policy.allows('fe80::1%eth0', 'pbx.example')).toBe(false);
  });

  describe('reads a redirect like a first address', () => {
    const local = (): RecordingClient => clientFor([pbx.url], { allowsThisMachine: true });
    const redirectsTo = (location: string): void => {
      pbx.answer = (_request, response) => response.writeHead(302, { location }).end();
    };

    it.each([
      ['inside', () => asked()],
      ['to a file', () => 'file:///etc/passwd'],
      ['to a decimal address', () => `http://2130706433:${inside.port}/`],
      ['without a scheme', () => `//127.0.0.1:${inside.port}/`],
    ])('%s: refused', async (_to, location) => {
      redirectsTo(location());
      expect(await refusalOf(local(), `${pbx.url}/1`)).toContain('RECORDING_HOSTS');
    });

    it('in a circle: ended', async () => {
      redirectsTo('/1');
      expect(await refusalOf(local(), `${pbx.url}/1`)).toContain('more than 3 times');
      expect(pbx.requests).toHaveLength(4);
    });

    it('to another listed path: followed, with the same Range', async () => {
      pbx.answer = (request, response) => {
        if (request.url === '/1') response.writeHead(307, { location: '/2' }).end();
        else response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3');
      };
      const { body, status } = await local().get({
        url: `${pbx.url}/1`,
        range: 'bytes=0-9',
        signal: AbortSignal.timeout(5_000),
      });
      body.destroy();
      expect(status).toBe(200);
      expect(pbx.requests.map(({ url, headers }) => [url, headers.range])).toEqual([
        ['/1', 'bytes=0-9'],
        ['/2', 'bytes=0-9'],
      ]);
    });
  });

  describe('to a PBX with https', () => {
    let authority: Certificates;
    let secure: RecordingPeer;
    let certificates: string[];

    beforeAll(async () => {
      authority = await Certificates.create();
      secure = await RecordingPeer.start('127.0.0.1', await authority.ofServer());
      certificates = [await readFile(authority.authority, 'utf8')];
    });
    beforeEach(() => {
      secure.requests.length = 0;
      secure.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3');
    });
    afterAll(async () => {
      await secure.close();
      await authority.remove();
    });

    const trusting = (): RecordingClient =>
      clientFor([secure.url, pbx.url], { allowsThisMachine: true, certificates });

    it('of a private authority is answered when that is trusted, and not otherwise', async () => {
      expect(await refusalOf(trusting(), `${secure.url}/1`)).toBe('');
      const strict = clientFor([secure.url], { allowsThisMachine: true });
      expect(await refusalOf(strict, `${secure.url}/1`)).toMatch(/cannot be reached \(.*(?:CERT|SIGNATURE)/u);
      expect(secure.requests).toHaveLength(1);
    });

    it('does not follow a redirect to http, although the host is listed', async () => {
      secure.answer = (_request, response) => response.writeHead(302, { location: `${pbx.url}/2` }).end();
      expect(await refusalOf(trusting(), `${secure.url}/1`)).toBe('the PBX redirects from https to http');
      expect(pbx.requests).toEqual([]);
    });

    it('does not follow one to http after one to https', async () => {
      secure.answer = ({ url }, response) =>
        response.writeHead(302, { location: url === '/1' ? '/2' : `${pbx.url}/3` }).end();
      expect(await refusalOf(trusting(), `${secure.url}/1`)).toBe('the PBX redirects from https to http');
      expect(secure.requests.map(({ url }) => url)).toEqual(['/1', '/2']);
      expect(pbx.requests).toEqual([]);
    });

    it('follows one from http', async () => {
      pbx.answer = (_request, response) => response.writeHead(302, { location: `${secure.url}/2` }).end();
      expect(await refusalOf(trusting(), `${pbx.url}/1`)).toBe('');
      expect(secure.requests.map(({ url }) => url)).toEqual(['/2']);
    });
  });

  it('ignores a proxy of the environment, which would resolve the name anew', async () => {
    process.env.HTTP_PROXY = process.env.http_proxy = inside.url;
    try {
      expect(await refusalOf(clientFor([pbx.url], { allowsThisMachine: true }), `${pbx.url}/1`)).toBe('');
      expect(pbx.requests).toHaveLength(1);
    } finally {
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
    }
  });

  it('waits no longer than the limit for the headers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const client = clientFor([url], { allowsThisMachine: true, headersMs: 300 });
    expect(await refusalOf(client, `${url}/1`)).toContain('in time');
    silent.close();
  });
});
