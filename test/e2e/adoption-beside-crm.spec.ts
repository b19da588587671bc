import fc from 'fast-check';
import { e164Of } from '../../src/common/phone-number.js';
import { migrate, revertMigrations } from '../../src/database/migrator.js';
import { AgentPresence } from '../../src/modules/agents/presence/agent-presence.entity.js';
import { PresenceRepository } from '../../src/modules/agents/presence/presence.repository.js';
import { type OpenDatabase, openLegacyDatabase } from '../support/legacy-schema.js';

interface Row {
  id: number;
  customer_phone: string;
  number: string | null;
  started_at: Date | null;
  is_now: boolean;
}

const SEEN = 'id, customer_phone, customer_number_e164 AS number, started_at, started_at = now() AS is_now';

const DIGITS = ['0123456789', '০১২৩৪৫৬৭৮৯', '٠١٢٣٤٥٦٧٨٩', '۰۱۲۳۴۵۶۷۸۹', '０１２３４５６７８９'];

/** Home numbers in many writings, nearly right ones, and any other text. */
const FIELD = fc.oneof(
  fc
    .record({
      prefix: fc.constantFrom('', '0', '0', '880', '+880', '00880', '+88 0', '88-0', '88', '+', '00', '+44'),
      number: fc.oneof(
        fc.stringMatching(/^1[3-9]\d{8}$/u),
        fc.stringMatching(/^(?:96|1[0-2])\d{8}$/u),
        fc.stringMatching(/^2\d{7,9}$/u),
        fc.stringMatching(/^\d{5,12}$/u),
      ),
      digits: fc.constantFrom(...DIGITS),
      at: fc.nat({ max: 10 }),
      between: fc.constantFrom(
        '',
        ' ',
        '-',
        '.',
        '(',
        ')',
        '\u00a0',
        '–',
        '\n',
        '/',
        'x',
        '#',
        '+',
        '\u200b',
      ),
      end: fc.constantFrom('', ' ', ' ext 12', ' 01812345678', '/01912345678'),
    })
    .map(({ prefix, number, digits, at, between, end }) => {
      const written = (prefix + number).replaceAll(/\d/gu, (digit) => digits[Number(digit)] ?? '');
      return written.slice(0, at) + between + written.slice(at) + end;
    }),
  fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\0')),
);

describe("rows that the CRM's own code writes to telephony_calls after the adoption", () => {
  let database: OpenDatabase;

  async function insert(columns: string, ...values: unknown[]): Promise<Row | undefined> {
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    const [row] = await database.dataSource.query<Row[]>(
      `INSERT INTO telephony_calls (${columns}) VALUES (${places}) RETURNING ${SEEN}`,
      values,
    );
    return row;
  }

  beforeAll(async () => {
    database = await openLegacyDatabase([{ id: 1 }]);
    await migrate(database.settings, () => {});
  });

  afterAll(() => database.drop());

  it('start when they are inserted if they name no start', async () => {
    expect(await insert('customer_phone', '01712345678')).toMatchObject({ is_now: true });
    expect(await insert('customer_phone, started_at', '01712345678', '2026-01-03T04:30:00Z')).toMatchObject({
      started_at: new Date('2026-01-03T04:30:00Z'),
    });
  });

  it.each([
    ['01712345678', '+8801712345678'],
    ['+8801712345678', '+8801712345678'],
    ['8801712345678', '+8801712345678'],
    ['008801712345678', '+8801712345678'],
    ['1712345678', '+8801712345678'],
    ['88-01712-345678', '+8801712345678'],
    ['+88 017 1234 5678', '+8801712345678'],
    ['০১৭১২৩৪৫৬৭৮', '+8801712345678'],
    ['09612345678', '+8809612345678'],
    ['201', null],
    ['', null],
    ['anonymous', null],
  ])('with %j in the customer field get the number %s', async (field, number) => {
    expect(await insert('customer_phone', field)).toMatchObject({ customer_phone: field, number });
  });

  it('get no number other than the one that the service reads in the field', async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(FIELD, { minLength: 300, maxLength: 300 }), async (fields) => {
        const rows = await database.dataSource.query<Row[]>(
          `INSERT INTO telephony_calls (customer_phone) SELECT * FROM unnest($1::text[])
           RETURNING customer_phone, customer_number_e164 AS number`,
          [fields],
        );
        const numbered = rows.filter(({ number }) => number !== null);
        read += numbered.length;
        expect(numbered.filter(({ customer_phone: field, number }) => e164Of(field) !== number)).toEqual([]);
      }),
      { numRuns: 10 },
    );
    expect(read).toBeGreaterThan(50);
  });

  it('get another number with another customer field, and keep it with another status', async () => {
    const row = await insert('customer_phone', '01712345678');
    const change = async (assignment: string): Promise<string | null | undefined> => {
      const [[changed]] = await database.dataSource.query<[Row[], number]>(
        `UPDATE telephony_calls SET ${assignment} WHERE id = $1 RETURNING ${SEEN}`,
        [row?.id],
      );
      return changed?.number;
    };
    expect(await change(`customer_phone = '01812345678'`)).toBe('+8801812345678');
    expect(await change(`status = 'ringing'`)).toBe('+8801812345678');
    expect(await change(`customer_phone = 'anonymous'`)).toBeNull();
    expect(await change(`customer_phone = 'Abroad', customer_number_e164 = '+442079460958'`)).toBe(
      '+442079460958',
    );
  });

  it('leave the rows of the service as the service wrote them', async () => {
    expect(await insert('customer_phone, facts, started_at', '01712345678', '{}', null)).toMatchObject({
      number: null,
      started_at: null,
    });
  });
});

describe('rows that were written after an adoption that dropped the default of their start', () => {
  it('get a start, a number and a customer when the service is upgraded', async () => {
    const database = await openLegacyDatabase([{ id: 1 }]);
    try {
      await migrate(database.settings, () => {});
      await revertMigrations(database.settings, { downTo: 'FindMissesByTheirTask' }, () => {});
      await database.dataSource.query('ALTER TABLE telephony_calls ALTER started_at DROP DEFAULT');
      await database.dataSource.query(
        `INSERT INTO telephony_calls (id, customer_phone, created_at) VALUES (7, '+8801711000001', '2026-01-03T08:00:00Z')`,
      );
      await migrate(database.settings, () => {});
      expect(
        await database.dataSource.query(
          `SELECT started_at, inferred, customer_number_e164, customers.name
             FROM telephony_calls JOIN customers ON customers.id = customer_id WHERE telephony_calls.id = 7`,
        ),
      ).toEqual([
        {
          started_at: new Date('2026-01-03T08:00:00Z'),
          inferred: ['started_at'],
          customer_number_e164: '+8801711000001',
          name: 'Plain',
        },
      ]);
      expect(
        await database.dataSource.query(
          'INSERT INTO telephony_calls (customer_phone) VALUES ($1) RETURNING started_at = now() AS is_now',
          ['01712345678'],
        ),
      ).toEqual([{ is_now: true }]);
    } finally {
      await database.drop();
    }
  });
});

describe('the events of presence that the former code wrote', () => {
  it('are kept with their table by the adoption and by a revert, and further ones are added', async () => {
    const database = await openLegacyDatabase([{ id: 1 }]);
    const { settings, dataSource } = database;
    try {
      await dataSource.query(`
        CREATE TABLE telephony_agent_presence_events (
          id serial PRIMARY KEY, user_id integer NOT NULL,
          status varchar(20) NOT NULL CHECK (status IN ('online', 'on_call', 'break', 'offline')),
          source varchar(50) DEFAULT 'api', occurred_at timestamp NOT NULL, created_at timestamp NOT NULL)`);
      await dataSource.query(`
        INSERT INTO telephony_agent_presence_events (user_id, status, occurred_at, created_at)
        VALUES (7, 'break', '2026-01-03 16:30:00', '2026-01-03 16:30:00')`);
      await migrate(settings, () => {});
      const presence = new PresenceRepository(AgentPresence, dataSource.manager);
      await presence.markSeen([7]);
      expect(await presence.settle([7], 'Asia/Dhaka', 'sign')).toEqual([7]);
      await revertMigrations(settings, 'all', () => {});
      const events = await dataSource.query(
        `SELECT user_id, status, source, occurred_at::date = '2026-01-03' AS former
           FROM telephony_agent_presence_events ORDER BY id`,
      );
      expect(events).toEqual([
        { user_id: 7, status: 'break', source: 'api', former: true },
        { user_id: 7, status: 'online', source: 'sign', former: false },
      ]);
    } finally {
      await database.drop();
    }
  });
});
