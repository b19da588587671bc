import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { createTelephonyClient } from '../../src/client/client.js';
import { Document, ROOT } from '../support/documents.js';
import { liveCall, PushServer } from '../support/push-server.js';

const document = new Document('docs/live.md');

const sourceOf = (name: string): string => readFileSync(`${ROOT}src/client/${name}`, 'utf8');

/** Names of the fields of an interface without nested braces. */
function fieldsOf(source: string, name: string): string[] {
  const [, body = ''] = new RegExp(`interface ${name} \\{([^}]*)\\}`, 'u').exec(source) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)/gmu)].map(([, field = '']) => field);
}

describe('docs/live.md', () => {
  it('lists every message with its fields', () => {
    const wire = sourceOf('wire.ts');
    const messages = [...wire.matchAll(/^ {2}(\w+): \(message: (\w+)\) => void;$/gmu)];
    expect(messages.length).toBeGreaterThan(0);
    expect(document.table('Message').map(([event, fields]) => [event, fields])).toEqual(
      messages.map(([, event, type = '']) => [event, fieldsOf(wire, type).join(', ')]),
    );
  });

  it('lists what the state of the client has, and its events', () => {
    const client = createTelephonyClient({ url: 'http://localhost:9', getToken: () => null });
    client.close();
    expect(document.names('Property')).toEqual(Object.keys(client.getSnapshot()));
    const state = sourceOf('telephony-state.ts');
    const [, statuses = ''] = /type ConnectionStatus = ([^;]+);/u.exec(state) ?? [];
    expect(document.names('Connection')).toEqual([...statuses.matchAll(/\w+/gu)].map(([word]) => word));
    const [, events = ''] = /interface TelephonyEvents \{([^}]*)\}/u.exec(state) ?? [];
    expect(document.names('Client event')).toEqual(
      [...events.matchAll(/^ {2}(\w+):/gmu)].map(([, event]) => event),
    );
  });

  it('says how large the files are', () => {
    for (const [file = '', , size = ''] of document.table('File')) {
      const kilobytes = gzipSync(readFileSync(ROOT + file)).length / 1000;
      expect([file, Math.abs(kilobytes - Number.parseInt(size, 10)) < 1]).toEqual([file, true]);
    }
  });

  describe('its examples', () => {
    let folder: string;
    let server: PushServer;
    let example: ChildProcess;

    beforeAll(async () => {
      // Where the packages of this repository are found.
      folder = await mkdtemp(`${ROOT}node_modules/.live-document-`);
    });
    afterAll(() => rm(folder, { recursive: true }));
    beforeEach(async () => (server = await PushServer.start()));
    afterEach(async () => {
      example.kill();
      await server.stop();
    });

    const examples = document.blocks.filter(({ language }) => language === 'js').map(({ text }) => text);

    it.each([
      ['with the client', 0, 'live 1 answered'],
      ['without it', 1, '1 answered 4'],
    ])('run %s, and show a call', async (_name, index, shown) => {
      const text = (examples[index] ?? '')
        .replaceAll('https://api.example.com', server.url)
        .replace('./telephony/client.js', join(ROOT, 'dist/client/client.js'));
      const file = join(folder, `example-${index}.mjs`);
      // Node.js 20 has no storage of a browser, and its WebSocket by an option alone.
      await writeFile(file, `globalThis.localStorage = { getItem: () => 'good' };\n${text}`);
      server.write(liveCall({ id: 1, status: 'answered', version: 4 }));
      example = spawn(process.execPath, ['--experimental-websocket', file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface(example.stdout ?? process.stdin);
      const printed: string[] = [];
      lines.on('line', (line) => printed.push(line));
      while (!printed.includes(shown)) await once(lines, 'line');
      server.ring(liveCall({ id: 2 }), 'Rahima');
      while (!printed.includes('Rahima calls')) await once(lines, 'line');
    });
  });
});
