import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Clock } from '../../src/common/time/clock.js';
import { REJECTION_REASONS } from '../../src/modules/telephony/webhooks/ingress/webhook-counters.js';
import { STANDARD_PROFILE } from '../../src/modules/telephony/webhooks/ingress/signature-profile.js';
import type { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';
import { CALL_ENDED, postSigned, startEnforcing } from '../support/enforcing-app.js';
import { OTHER_SECRET } from '../support/signed-webhooks.js';

const run = promisify(execFile);

/** The page of the PBX's engineers in each language, and the first headings of its tables. */
const PAGES = [
  {
    document: new Document('docs/webhooks.md'),
    headings: { example: 'What', answer: 'Answer', reason: 'Reason', mistake: 'Mistake' },
  },
  {
    document: new Document('docs/webhooks.bn.md'),
    headings: { example: 'কী', answer: 'উত্তর', reason: 'reason', mistake: 'ভুল' },
  },
] as const;
const [english] = PAGES;

const VERIFY = '/api/webhook/bracknet/verify';
const example = new Map(
  english.document.table('What').map(([what = '', value = '']) => [what.split(',')[0], value]),
);
const secretText = example.get('secret') ?? '';
const secret = Buffer.from(secretText.slice('whsec_'.length), 'base64');
const BODY = example.get('body') ?? '';

const PROGRAMS = [
  { language: 'bash', command: 'bash', file: 'sign.sh' },
  { language: 'js', command: process.execPath, file: 'sign.mjs' },
  { language: 'python', command: 'python3', file: 'sign.py' },
  { language: 'php', command: 'php', file: 'sign.php' },
];

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startEnforcing(database, { webhooks: { secrets: [secret] } });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function isInstalled(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

function mac(signed: string | Buffer, encoding: 'base64' | 'hex', key: Buffer | string = secret): string {
  return createHmac('sha256', key).update(signed).digest(encoding);
}

interface Sent {
  readonly id?: string;
  readonly time?: string;
  readonly body?: string;
  /** Of `id.time.body`, as a correct sender has it. */
  readonly sign?: (signed: string) => string;
}

/** Posts a webhook, correctly but for what is given. */
function post({ id = 'msg_1', time = secondsFromNow(0), body = BODY, sign }: Sent) {
  const signature = (sign ?? ((signed) => mac(signed, 'base64')))(`${id}.${time}.${BODY}`);
  return postSigned(app, body, {
    'webhook-id': id === '' ? undefined : id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  });
}

function secondsFromNow(seconds: number): string {
  return String(Math.floor(app.nest.get(Clock).now().getTime() / 1000) + seconds);
}

/** The usual mistakes, in the order of the documents. */
const MISTAKES: (() => Sent)[] = [
  () => ({ sign: (signed) => mac(signed, 'base64', OTHER_SECRET) }),
  () => ({ body: JSON.stringify(JSON.parse(BODY), null, 2) }),
  () => ({ sign: (signed) => mac(`${signed}\n`, 'base64') }),
  () => ({ time: `${secondsFromNow(0)}000` }),
  () => ({ id: '' }),
  () => ({ sign: (signed) => Buffer.from(mac(signed, 'hex')).toString('base64') }),
  () => ({ sign: (signed) => mac(signed, 'base64', secretText) }),
  () => ({ time: secondsFromNow(-3600) }),
  () => ({ time: secondsFromNow(3600) }),
  () => ({ sign: (signed) => mac(Buffer.from(signed, 'utf16le'), 'base64') }),
];

describe.each(PAGES.map((page) => [page.document.path, page] as const))('%s', (_path, page) => {
  const { document, headings } = page;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-document-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => jest.restoreAllMocks());

  it('works its example out right, in both profiles', () => {
    const values = document.table(headings.example).map(([, value]) => value);
    expect(values.filter((_value, i) => i !== 4)).toEqual(
      [...example.values()].filter((_value, i) => i !== 4),
    );
    const [id, time] = ['webhook-id', 'webhook-timestamp'].map((name) => example.get(name) ?? '');
    expect(example.get('webhook-signature')).toBe(`v1,${mac(`${id}.${time}.${BODY}`, 'base64')}`);
    const other = new Map(document.table('Header').map(([name = '', value = '']) => [name, value]));
    expect([...other.keys()]).toEqual(Object.values(STANDARD_PROFILE.headers));
    expect(document.text).toContain(`v1=${mac(`${time}.${id}.${BODY}`, 'hex')}`);
    expect(document.text).toContain(`${Buffer.byteLength(BODY)} `);
  });

  it.each(PROGRAMS)(
    'signs in $language as an enforcing server accepts it',
    async ({ language, command, file }) => {
      const block = document.blocks.find((candidate) => candidate.language === language);
      expect(block?.text).toContain(secretText);
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
    expect(document.code).toContain((await post({ id: '' })).text);
  });

  it('shows what the address to verify answers', async () => {
    const [shown] = jsonBlocksOf(document);
    const answer = await postSigned(app, BODY, {}, { path: VERIFY, secret });
    const told = JSON.parse(answer.text);
    const { ageSeconds } = shown.signature;
    const { occurredAt } = shown.event.time;
    expect({
      ...told,
      signature: { ...told.signature, ageSeconds },
      event: { ...told.event, time: { ...told.event.time, occurredAt } },
    }).toEqual(shown);
  });

  it('shows the line of the log of a refused webhook', async () => {
    const [, shown] = jsonBlocksOf(document);
    app.log.length = 0;
    const answer = await post({ id: '' });
    const { time, pid, hostname, sourceAddress } = shown;
    expect(app.log.map((line) => ({ ...line, time, pid, hostname, sourceAddress }))).toEqual([
      { ...shown, requestId: answer.headers['x-request-id'] },
    ]);
  });

  it('lists every reason', () => {
    const rows = document.table(headings.reason);
    expect(rows.map(([reason]) => reason)).toEqual(REJECTION_REASONS);
    expect(rows.filter((row) => row.length !== 4 || row.includes(''))).toEqual([]);
  });

  it.each(document.table(headings.mistake).map((row, i) => [row[0] ?? '', row, i] as const))(
    'shows what comes of a mistake: %s',
    async (_mistake, [, status, shown = ''], i) => {
      jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date());
      app.log.length = 0;
      const answer = await post(MISTAKES[i]?.() ?? {});
      const [line] = app.log;
      const { reason, header, skewSeconds } = line ?? {};
      expect([answer.status, JSON.stringify({ reason, header, skewSeconds })]).toEqual([
        Number(status),
        `{${shown}}`,
      ]);
      expect(line).toMatchObject({ requestId: answer.headers['x-request-id'], route: CALL_ENDED });
    },
  );

  it('shows all the usual mistakes, and none that is right', async () => {
    expect(document.table(headings.mistake)).toHaveLength(MISTAKES.length);
    expect((await post({ id: 'msg_right' })).status).toBe(200);
  });

  it('has what the English page has', () => {
    expect(document.blocks).toEqual(english.document.blocks);
    const answers = ({ document: { prose } }: typeof page, first: string) =>
      new RegExp(String.raw`^\| ${first} .*?\n\n`, 'msu').exec(prose)?.[0].match(/^\| \d{3}/gmu);
    expect(answers(page, headings.answer)).toEqual(answers(english, english.headings.answer));
    expect(levelsOf(document)).toEqual(levelsOf(english.document));
    for (const path of ['docs/webhooks.bn.md', 'docs/webhooks.md']) {
      const isOther = path !== document.path;
      expect(document.links.includes(path.slice('docs/'.length))).toBe(isOther);
    }
  });
});

function jsonBlocksOf(document: Document) {
  return document.blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text));
}

function levelsOf(document: Document): number[] {
  return [...document.prose.matchAll(/^(#+) /gmu)].map(([, hashes = '']) => hashes.length);
}
