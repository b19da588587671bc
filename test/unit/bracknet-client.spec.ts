import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { ErrorCode } from '../../src/common/errors/error-code.js';
import { runInRequestContext } from '../../src/common/http/request-context.js';
import type { BracknetClient } from '../../src/modules/telephony/bracknet/bracknet-client.js';
import {
  ACCEPTED,
  accepts,
  answers,
  CALL,
  captureLogs,
  clientOf,
  closePeer,
  closePeersAndClients,
  errorOf,
  HANGUP,
  hangsUp,
  KEY,
  pbxThat,
  TRANSFER,
  type Behaviour,
  type BracknetPeer,
} from '../support/bracknet-peer.js';

/** Timeout that is long enough for a request to arrive. */
const IMPATIENT_MS = 500;

let logged: string[];

beforeEach(() => {
  logged = captureLogs();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await closePeersAndClients();
});

const isSilent: Behaviour = () => undefined;
const breaksOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '500' });
  response.write('{"status":"success"', () => response.destroy());
};
const drips: Behaviour = (response) => {
  response.writeHead(200).write('{');
  const dripping = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(dripping));
};
const floods: Behaviour = (response) => {
  const pour = (): void => {
    while (response.writable && response.write(' '.repeat(16_384)));
  };
  response.on('drain', pour);
  pour();
};

describe('what the PBX receives', () => {
  it.each([
    ['start', (client: BracknetClient) => client.start(CALL), CALL],
    ['hangup', (client: BracknetClient) => client.hangup(HANGUP), HANGUP],
    ['transfer', (client: BracknetClient) => client.transfer(TRANSFER), TRANSFER],
  ])("%s is one POST in the contract's words with the bearer key", async (operation, ask, body) => {
    const pbx = await pbxThat(accepts);
    await ask(clientOf(pbx.url));
    expect(pbx.received).toEqual([
      expect.objectContaining({ method: 'POST', url: `/api/call/${operation}`, body }),
    ]);
    expect(pbx.received[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
    });
  });

  it.each(['/', '/pbx', '/pbx/'])(
    'a base address that ends with %s leads to the same routes',
    async (path) => {
      const pbx = await pbxThat(accepts);
      await clientOf(pbx.url + path).hangup(HANGUP);
      expect(pbx.received[0]?.url).toBe(`${path.replace(/\/$/, '')}/api/call/hangup`);
    },
  );

  it('the id of the request it comes from, and none where there is no request', async () => {
    const pbx = await pbxThat(accepts);
    const client = clientOf(pbx.url);
    await runInRequestContext({ requestId: 'req-42', address: '203.0.113.5' }, () => client.start(CALL));
    await client.start(CALL);
    expect(pbx.received.map(({ headers }) => headers['x-request-id'])).toEqual(['req-42', undefined]);
  });

  it('requests without a detour over the proxy of the environment', async () => {
    const pbx = await pbxThat(accepts);
    const proxy = await pbxThat(accepts);
    const before = process.env.http_proxy;
    process.env.http_proxy = proxy.url;
    try {
      await clientOf(pbx.url).start(CALL);
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
    expect([pbx.received.length, proxy.received.length]).toEqual([1, 0]);
  });

  it('one request after the other on one connection', async () => {
    const pbx = await pbxThat(accepts);
    const client = clientOf(pbx.url);
    await client.start(CALL);
    await client.transfer(TRANSFER);
    await client.hangup(HANGUP);
    expect([pbx.received.length, pbx.connections.length]).toEqual([3, 1]);
  });

  it('an idle connection is given up before a PBX would do so', async () => {
    const pbx = await pbxThat(accepts);
    pbx.server.keepAliveTimeout = 60_000;
    await clientOf(pbx.url).start(CALL);
    await closingOf(pbx);
    expect(pbx.connections[0]?.destroyed).toBe(true);
  });
});

describe('the result of start', () => {
  it.each([
    ['bracknet_call_id', ACCEPTED],
    ['callId', { callId: 'BN-CALL-456789', message: 'Call initiated' }],
    ['id', { id: 'BN-CALL-456789', message: 'Call initiated' }],
  ])('a call whose id comes as %s', async (_name, body) => {
    const pbx = await pbxThat(answers(200, body));
    await expect(clientOf(pbx.url).start(CALL)).resolves.toEqual({
      bracknetCallId: 'BN-CALL-456789',
      message: 'Call initiated',
    });
  });

  it('a call although the answer calls itself text', async () => {
    const pbx = await pbxThat((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify(ACCEPTED)),
    );
    await expect(clientOf(pbx.url).start(CALL)).resolves.toMatchObject({ bracknetCallId: 'BN-CALL-456789' });
  });

  it.each<[string, ErrorCode, Behaviour]>([
    ['HTML', 'PBX_UNINTELLIGIBLE', (response) => response.end('<h1>Please log in</h1>')],
    ['HTML that calls itself JSON', 'PBX_UNINTELLIGIBLE', html('application/json')],
    ['empty', 'PBX_UNINTELLIGIBLE', (response) => response.end()],
    ['without an id', 'PBX_UNINTELLIGIBLE', answers(200, { status: 'success' })],
    ['longer than 64 KiB', 'PBX_UNINTELLIGIBLE', answers(200, { ...ACCEPTED, padding: 'x'.repeat(65_536) })],
    ['without end', 'PBX_UNINTELLIGIBLE', floods],
    [
      'small but huge once unpacked',
      'PBX_UNINTELLIGIBLE',
      encoded(gzipSync('{"a":"' + 'x'.repeat(10_000_000))),
    ],
    ['spoiled on the way', 'PBX_UNINTELLIGIBLE', encoded('no gzip at all')],
    ['broken off', 'PBX_UNINTELLIGIBLE', breaksOff],
    ['not HTTP', 'PBX_UNINTELLIGIBLE', (response) => response.socket?.end('SIP/2.0 200 OK\r\n\r\n')],
    ['a refusal at 400', 'PBX_REFUSED', answers(400, { message: 'Extension is not registered' })],
    ['a refusal at 200', 'PBX_REFUSED', answers(200, { ...ACCEPTED, status: 'error' })],
    ['500', 'PBX_UNREACHABLE', answers(500, { message: 'Internal PBX error' })],
    ['503 of a gateway', 'PBX_UNREACHABLE', (response) => response.writeHead(503).end('<h1>No PBX</h1>')],
    ['a closed connection', 'PBX_UNREACHABLE', hangsUp],
  ])('an answer that is %s is %s, and start was sent once', async (_name, code, behave) => {
    const pbx = await pbxThat(behave);
    const error = await errorOf(clientOf(pbx.url).start(CALL));
    expect(error.code).toBe(code);
    expect(error.cause).toBeInstanceOf(Error);
    expect(pbx.received).toHaveLength(1);
  });

  it.each([
    ['does not answer', isSilent],
    ['answers a byte at a time', drips],
  ])('a PBX that %s is cut off in time, and start was sent once', async (_name, behave) => {
    const pbx = await pbxThat(behave);
    const error = await errorOf(clientOf(pbx.url, IMPATIENT_MS).start(CALL));
    expect(error.code).toBe('PBX_TIMEOUT');
    expect(error.cause).toBeInstanceOf(Error);
    expect(pbx.received).toHaveLength(1);
    await closingOf(pbx);
    expect(pbx.connections[0]?.destroyed).toBe(true);
  });

  it('a PBX that does not listen is unreachable', async () => {
    const pbx = await pbxThat(accepts);
    await closePeer(pbx);
    const error = await errorOf(clientOf(pbx.url).start(CALL));
    expect(error.code).toBe('PBX_UNREACHABLE');
    expect(String(error.cause)).toContain('ECONNREFUSED');
  });

  it.each([301, 302, 307, 308])(
    'a redirect (%i) is not followed, and the key is not sent to its target',
    async (status) => {
      const elsewhere = await pbxThat(accepts);
      const location = `${elsewhere.url}/api/call/start`;
      const pbx = await pbxThat((response) => response.writeHead(status, { location }).end());
      const error = await errorOf(clientOf(pbx.url).start(CALL));
      expect(error.code).toBe('PBX_UNINTELLIGIBLE');
      expect([pbx.received.length, elsewhere.received.length]).toEqual([1, 0]);
    },
  );

  it('a start lost on a connection that was kept open is not sent again', async () => {
    const pbx = await pbxThat((response, nth) => (nth === 1 ? accepts : hangsUp)(response, nth));
    const client = clientOf(pbx.url);
    await client.start(CALL);
    const error = await errorOf(client.start(CALL));
    expect(error.code).toBe('PBX_UNREACHABLE');
    expect([pbx.received.length, pbx.connections.length]).toEqual([2, 1]);
  });
});

describe.each([
  ['hangup', (client: BracknetClient) => client.hangup(HANGUP)],
  ['transfer', (client: BracknetClient) => client.transfer(TRANSFER)],
])('%s', (_name, ask) => {
  it.each<[string, ErrorCode, Behaviour]>([
    ['a closed connection', 'PBX_UNREACHABLE', hangsUp],
    ['500', 'PBX_UNREACHABLE', answers(500, {})],
    ['a broken answer', 'PBX_UNINTELLIGIBLE', breaksOff],
    ['no answer', 'PBX_TIMEOUT', isSilent],
  ])('is sent a second time after %s, and no third time', async (_fault, code, behave) => {
    const pbx = await pbxThat(behave);
    const error = await errorOf(ask(clientOf(pbx.url, behave === isSilent ? IMPATIENT_MS : undefined)));
    expect(error.code).toBe(code);
    expect(pbx.received).toHaveLength(2);
  });

  it('succeeds when the second try does', async () => {
    const pbx = await pbxThat((response, nth) => (nth === 1 ? hangsUp : accepts)(response, nth));
    await expect(ask(clientOf(pbx.url))).resolves.toBeUndefined();
    expect(pbx.received).toHaveLength(2);
  });

  it('of a call unknown to the PBX is rejected with its message, and not sent again', async () => {
    const pbx = await pbxThat(answers(404, { status: 'error', message: 'Call not found' }));
    const error = await errorOf(ask(clientOf(pbx.url)));
    expect(error).toMatchObject({ code: 'PBX_REFUSED', message: 'The PBX refused: Call not found' });
    expect(pbx.received).toHaveLength(1);
  });
});

describe('key and numbers', () => {
  it.each<[string, Behaviour]>([
    ['a refusal', answers(401, { message: `Key ${KEY} may not dial 01712345678` })],
    ['5xx', answers(500, { message: `Key ${KEY} failed to dial 01712345678` })],
    ['nonsense', (response) => response.end(`<p>${KEY} 01712345678</p>`)],
    ['a closed connection', hangsUp],
    ['a broken answer', breaksOff],
    ['a flood', floods],
    ['silence', isSilent],
  ])(
    'are neither on the error nor in the log after %s, and the log names the fault',
    async (_name, behave) => {
      const pbx = await pbxThat(behave);
      const error = await errorOf(clientOf(pbx.url, IMPATIENT_MS).start(CALL));
      const seen = [inspect(error, { depth: Infinity, showHidden: true }), ...logged].join('\n');
      expect(seen).not.toContain(KEY);
      expect(seen).not.toContain('1712345678');
      expect(logged).toEqual([expect.stringMatching(new RegExp(`^warn start: ${error.code} \\(.+\\)$`))]);
    },
  );
});

function html(contentType: string): Behaviour {
  return (response) => response.writeHead(200, { 'content-type': contentType }).end('<h1>Please log in</h1>');
}

function encoded(body: string | Buffer): Behaviour {
  return (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
}

async function closingOf({ connections: [connection] }: BracknetPeer): Promise<void> {
  if (connection?.destroyed === false) await new Promise((closed) => connection.once('close', closed));
}
