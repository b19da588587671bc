import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { HTTP_STATUS_OF } from '../../src/common/errors/error-code.js';
import { FIELD_RULES } from '../../src/common/errors/field-rule.js';
import { fieldRulesBn } from '../../src/console/i18n/field-rules.bn.js';
import { readIncomingNumber } from '../../src/common/incoming-number.js';
import { readPhoneNumber } from '../../src/common/phone-number.js';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.js';
import { migrate } from '../../src/database/migrator.js';
import {
  CALL_EVENT_TYPE_OF,
  EVENT_TYPE_OF_ROUTE,
  FIELD_NAMES,
} from '../../src/modules/telephony/bracknet/bracknet-event.js';
import { CALL_STATUSES, DISPOSITIONS } from '../../src/modules/telephony/calls/domain/call-vocabulary.js';
import {
  classOfWord,
  dispositionWithoutTalk,
  KNOWN_WORDS,
  normaliseWord,
} from '../../src/modules/telephony/calls/domain/facts/end-reason.js';
import { Document, documents, ROOT } from '../support/documents.js';
import { type OpenDatabase, openLegacyDatabase } from '../support/legacy-schema.js';

const contract = new Document('docs/contract.md');
const database = new Document('docs/database.md');

function textOf(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'));

describe.each(documents().map((document) => [document.path, document] as const))('%s', (path, document) => {
  it('links to existing targets', () => {
    const broken = document.links.filter((target) => {
      if (/^https?:/u.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(ROOT + linked)) return true;
      return anchor !== undefined && !new Document(linked).anchors.includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only existing files', () => {
    const words = [...document.code, ...document.blocks.flatMap(({ text }) => text.split(/[\s,;"']+/u))];
    const missing = words.filter((word) => isPath(word) && !existsSync(ROOT + word));
    const unknown = document.code.filter(
      (word) => /^[\w.-]+\.(?:ts|md|cjs)$/u.test(word) && !isFileName(word),
    );
    expect([...missing, ...unknown]).toEqual([]);
  });

  it('names only existing commands', () => {
    const named = [...document.text.matchAll(/npm run (?:-s )?([\w:]+)/gu)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

function isPath(word: string): boolean {
  return /^(?:src|test|docs|migrations)\/[\w./-]*$/u.test(word);
}

const FILE_NAMES = ['src', 'test', 'docs', 'migrations'].flatMap((folder) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' }),
);

function isFileName(name: string): boolean {
  return existsSync(ROOT + name) || FILE_NAMES.some((file) => `/${file}`.endsWith(`/${name}`));
}

describe('docs/images', () => {
  const shown = new Set(
    documents().flatMap(({ path, links }) => links.map((target) => normalize(join(dirname(path), target)))),
  );

  it.each(readdirSync(`${ROOT}docs/images`))('%s is shown by a document, and is at most 60 kB', (file) => {
    expect(shown).toContain(`docs/images/${file}`);
    expect(statSync(`${ROOT}docs/images/${file}`).size).toBeLessThanOrEqual(60_000);
  });
});

describe('docs/decisions', () => {
  const files = readdirSync(`${ROOT}docs/decisions`).filter((name) => name !== 'README.md');

  it('are all in the index, under their titles, numbered without a gap', () => {
    const titles = files.map((file) => /^# (.+)$/mu.exec(textOf(`docs/decisions/${file}`))?.[1]);
    const index = [...textOf('docs/decisions/README.md').matchAll(/^- \[(.+)\]\((.+)\)$/gmu)];
    expect(index.map(([, title, file]) => [title, file])).toEqual(files.map((file, i) => [titles[i], file]));
    expect(titles.map((title) => Number.parseInt(title ?? '', 10))).toEqual(files.map((_, i) => i + 1));
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, i) => i + 1));
  });

  it.each(files)('%s says context, decision and consequences', (file) => {
    const headings = [...textOf(`docs/decisions/${file}`).matchAll(/^## (.+)$/gmu)].map(
      ([, heading]) => heading,
    );
    expect(headings).toEqual(['Context', 'Decision', 'Consequences']);
  });
});

describe('docs/contract.md', () => {
  it('lists every error code with its status, in the order of the code', () => {
    const listed = contract.table('Code').map(([code, status]) => [code, Number(status)]);
    expect(listed).toEqual(Object.entries(HTTP_STATUS_OF));
    expect(contract.table('Code').filter(([, , advice]) => !advice)).toEqual([]);
  });

  it('lists every rule of fields, and the console says each in Bangla', () => {
    expect(contract.names('Rule of a field')).toEqual(FIELD_RULES);
    expect(Object.keys(fieldRulesBn)).toEqual(FIELD_RULES);
  });

  it('lists every address of the API', () => {
    const { paths }: { paths: Record<string, object> } = JSON.parse(textOf('docs/openapi.json'));
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(contract.names('Method and path').sort()).toEqual(served.sort());
  });

  it('lists every name of an event, what it means and where it belongs', () => {
    const addressOf = new Map(Object.entries(EVENT_TYPE_OF_ROUTE).map(([route, type]) => [type, route]));
    expect(contract.table('Name in event or status')).toEqual(
      Object.entries(CALL_EVENT_TYPE_OF).map(([name, type]) => [
        name,
        type,
        addressOf.get(type) ?? 'one-shot only',
      ]),
    );
  });

  it('lists every status and every disposition', () => {
    expect(contract.names('status')).toEqual(CALL_STATUSES);
    expect(contract.names('disposition')).toEqual(DISPOSITIONS);
  });

  it('lists the words of each class', () => {
    const classes = contract.table('Class');
    expect(classes.map(([wordClass]) => wordClass)).toEqual(['talk', 'no-talk', 'technical', 'neutral']);
    for (const [wordClass, words = ''] of classes) {
      for (const word of words.split(', ')) expect([word, classOfWord(word)]).toEqual([word, wordClass]);
    }
    const listed = classes.flatMap(([, words = '']) => words.split(', ').map(normaliseWord));
    expect(KNOWN_WORDS.filter((word) => !listed.includes(word) && word !== 'noanswer')).toEqual([]);
  });

  it('documents what each end reason means without talk', () => {
    const rows = contract.table('end_reason, without talk');
    expect(rows.length).toBeGreaterThan(0);
    for (const [reasons = '', inbound, outbound] of rows) {
      for (const reason of reasons.replace('every 5xx such as ', '').split(', ')) {
        const reported = reason === 'none' ? null : reason;
        expect([reason, dispositionWithoutTalk(reported, 'inbound')]).toEqual([reason, inbound]);
        expect([reason, dispositionWithoutTalk(reported, 'outbound')]).toEqual([reason, outbound]);
      }
    }
  });

  it('lists every field with all its names, in their order', () => {
    const { event: _event, status: _status, ...fields } = FIELD_NAMES;
    expect(contract.table('Field').map(([names]) => names)).toEqual(
      Object.values(fields).map((names) => names.join(', ')),
    );
  });

  it('documents how numbers of callers are parsed', () => {
    const written = contract.table('Written in a webhook');
    expect(written.length).toBeGreaterThan(0);
    for (const [raw = '', e164] of written) expect(readIncomingNumber(raw)).toMatchObject({ e164 });
  });

  it('documents how numbers are parsed', () => {
    const read = contract.table('Written').map(([written = '']) => {
      const number = readPhoneNumber(written);
      const said = { number: '', short: 'an extension', anonymous: 'withheld', invalid: 'invalid' }[
        number.kind
      ];
      return [written, number.kind === 'number' ? number.e164 : said];
    });
    expect(contract.table('Written')).toEqual(read);
  });
});

describe('docs/configuration.md', () => {
  it('lists every variable as the schema has it', () => {
    expect(new Document('docs/configuration.md').table('Variable')).toEqual(
      ENVIRONMENT_VARIABLES.map((variable) => [
        variable.name,
        variable.default || 'none',
        variable.about,
        variable.expects,
      ]),
    );
  });

  it('and the README name no variable that does not exist', () => {
    const names = ENVIRONMENT_VARIABLES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(new Document('README.md').names('Variable')));
  });
});

describe('docs/database.md', () => {
  let adopted: OpenDatabase;
  let legacyColumns: string[];
  let countedBefore: unknown;

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    return adopted.dataSource.query<Record<string, unknown>[]>(sql);
  }

  async function columnsOfCalls(): Promise<string[]> {
    const rows = await query(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'telephony_calls'`,
    );
    return rows.map(({ name }) => String(name));
  }

  const [countBefore, verify, ...looks] = database.blocks
    .filter(({ language, mark }) => language === 'sql' && mark === 'run')
    .map(({ text }) => text);

  beforeAll(async () => {
    const call = { customer_phone: '01712345678', started_at: '2026-01-03 10:30:00' };
    adopted = await openLegacyDatabase([
      { id: 1, external_call_id: 'BN-CALL-1', ...call },
      { id: 2, external_call_id: 'BN-CALL-1' },
      { id: 3, external_call_id: 'BN-CALL-1' },
      { id: 4, external_call_id: '', ...call },
      { id: 5, external_call_id: '' },
    ]);
    legacyColumns = await columnsOfCalls();
    countedBefore = await query(countBefore ?? '');
    await migrate(adopted.settings, () => undefined);
  });
  afterAll(() => adopted.drop());

  it('counts before an adoption what the adoption then leaves', async () => {
    expect(countedBefore).toEqual([{ calls: '5', duplicates: '2', tasks: '8', customers: '11' }]);
    expect(await query(verify ?? '')).toEqual([
      { calls: '3', duplicates: '0', misread_times: '0', unread_numbers: '0' },
    ]);
  });

  it.each(looks)('gives a query that runs: %s', async (sql) => {
    expect(await query(sql)).toEqual(expect.any(Array));
  });

  it('lists every table of the service and the two of the CRM', async () => {
    const rows = await query(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND (relname LIKE 'telephony%' OR relname IN ('crm_call_tasks', 'customers'))`,
    );
    expect(database.names('Table').sort()).toEqual(rows.map(({ name }) => String(name)).sort());
  });

  it('lists every column that is added to calls', async () => {
    const added = (await columnsOfCalls()).filter((name) => !legacyColumns.includes(name));
    expect(database.names('Column').sort()).toEqual(added.sort());
  });

  it('lists every index of the service', async () => {
    const rows = await query(
      `SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public' AND indexname ~ '^(pk|uq|ix)_'`,
    );
    expect(database.names('Index').sort()).toEqual(rows.map(({ name }) => String(name)).sort());
  });

  it('names the migrations in their order', async () => {
    const rows = await query('SELECT name FROM telephony_migrations ORDER BY id');
    const applied = rows.map(({ name }) => String(name).replace(/\d+$/u, ''));
    const named = database.names('Step').flatMap((step) => step.split(' to '));
    expect(applied.filter((name) => named.includes(name))).toEqual(named);
    expect([named[0], named.at(-1)]).toEqual([applied[0], applied.at(-1)]);
  });
});
