import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';
import { startEnforcing } from '../support/enforcing-app.js';

const run = promisify(execFile);
const document = new Document('docs/webhooks.md');
const example = new Map(document.table('What').map(([what = '', value = '']) => [what.split(',')[0], value]));

const PROGRAMS = [
  { language: 'bash', command: 'bash', file: 'sign.sh' },
  { language: 'js', command: process.execPath, file: 'sign.mjs' },
  { language: 'python', command: 'python3', file: 'sign.py' },
  { language: 'php', command: 'php', file: 'sign.php' },
];

async function isInstalled(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

describe('docs/webhooks.md', () => {
  const secret = Buffer.from((example.get('secret') ?? '').slice('whsec_'.length), 'base64');
  let database: TestDatabase;
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-document-'));
    database = await createTestDatabase();
    app = await startEnforcing(database, { webhooks: { secrets: [secret] } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  function mac(signed: string, encoding: 'base64' | 'hex'): string {
    return createHmac('sha256', secret).update(signed).digest(encoding);
  }

  it('works its example out right, in both profiles', () => {
    const [id, time, body] = ['webhook-id', 'webhook-timestamp', 'body'].map(
      (name) => example.get(name) ?? '',
    );
    expect(example.get('webhook-signature')).toBe(`v1,${mac(`${id}.${time}.${body}`, 'base64')}`);
    const other = new Map(document.table('Header').map(([name = '', value = '']) => [name, value]));
    expect(other.has('webhook-id')).toBe(true);
    expect(document.text).toContain(`v1=${mac(`${time}.${id}.${body}`, 'hex')}`);
    expect(document.text).toContain(`body, ${Buffer.byteLength(body ?? '')} bytes`);
  });

  it.each(PROGRAMS)(
    'signs in $language as an enforcing server accepts it',
    async ({ language, command, file }) => {
      const block = document.blocks.find((candidate) => candidate.language === language);
      expect(block?.text).toContain(example.get('secret'));
      if (!(await isInstalled(command))) {
        process.stderr.write(`${language} is not run: ${command} is not installed\n`);
        return;
      }
      await app.clear();
      const path = join(folder, file);
      await writeFile(path, (block?.text ?? '').replaceAll('https://crm.example.com', app.url));
      const { stdout } = await run(command, [path]);
      expect(stdout.trim()).toBe('{"status":"ok","result":"accepted"}');
      expect((await app.receipts())[0]?.keyId).toEqual(expect.any(String));
    },
  );

  it('contains the constant body of a rejection', async () => {
    const answer = await fetch(`${app.url}/api/webhook/bracknet/call-ended`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(document.code).toContain(await answer.text());
  });
});
