import { Logger } from '@nestjs/common';
import { migrate } from '../../src/database/migrator.js';
import { type LegacyCall, type OpenDatabase, openLegacyDatabase } from '../support/legacy-schema.js';

type Row = Record<string, unknown>;

/** Rows of one PBX id, and the call they become. The call has the id of the first. */
const DUPLICATES: { what: string; rows: LegacyCall[]; call: Row }[] = [
  {
    what: 'a ringing row and one that knows the end are one completed inbound call',
    rows: [
      {
        id: 10,
        customer_phone: '01711000010',
        agent_phone: '201',
        direction: 'inbound',
        status: 'ringing',
        started_at: '2026-01-03 10:30:00',
        created_at: '2026-01-03 10:30:00',
        queue_name: 'sales',
        meta: { event: 'incoming_call' },
      },
      {
        id: 11,
        task_id: 5,
        status: 'completed',
        started_at: '2026-01-03 10:30:05',
        ended_at: '2026-01-03 10:32:25',
        duration_seconds: 135,
        recording_url: 'https://pbx.example/10.mp3',
        trunk_name: 'gp',
        meta: { event: 'call_ended', end_reason: 'completed' },
        created_at: '2026-01-03 10:32:26',
        updated_at: '2026-01-03 10:32:30',
      },
    ],
    call: {
      task_id: 5,
      agent_phone: '201',
      first_agent_phone: null,
      customer_phone: '01711000010',
      customer_number_e164: '+8801711000010',
      direction: 'inbound',
      status: 'completed',
      started_at: new Date('2026-01-03T04:30:00Z'),
      answered_at: null,
      ended_at: new Date('2026-01-03T04:32:25Z'),
      duration_seconds: 135,
      recording_url: 'https://pbx.example/10.mp3',
      queue_name: 'sales',
      trunk_name: 'gp',
      disposition: 'completed',
      created_at: new Date('2026-01-03T04:30:00Z'),
      updated_at: new Date('2026-01-03T04:32:30Z'),
    },
  },
  {
    what: 'an answered row and one that knows the end are one, with the task of the row that stays',
    rows: [
      {
        id: 20,
        customer_phone: '01711000020',
        direction: 'inbound',
        status: 'answered',
        answered_at: '2026-01-03 11:00:10',
        agent_phone: '202',
        agent_user_id: 7,
        task_id: 8,
        wait_seconds: 10,
      },
      {
        id: 21,
        status: 'completed',
        started_at: '2026-01-03 11:00:00',
        ended_at: '2026-01-03 11:05:00',
        duration_seconds: 290,
        disposition: 'answered',
        task_id: 9,
        hold_seconds: 4,
      },
    ],
    call: {
      task_id: 8,
      agent_phone: '202',
      agent_user_id: 7,
      first_agent_phone: '202',
      customer_phone: '01711000020',
      direction: 'inbound',
      status: 'completed',
      started_at: new Date('2026-01-03T05:00:00Z'),
      answered_at: new Date('2026-01-03T05:00:10Z'),
      ended_at: new Date('2026-01-03T05:05:00Z'),
      duration_seconds: 290,
      wait_seconds: 10,
      hold_seconds: 4,
      disposition: 'answered',
    },
  },
  {
    what: 'three rows, missed at one extension, answered at the next and transferred to a third, are one call',
    rows: [
      {
        id: 30,
        customer_phone: '01711000030',
        direction: 'inbound',
        status: 'failed',
        agent_phone: '201',
        started_at: '2026-01-03 12:00:00',
        ended_at: '2026-01-03 12:00:02',
        disposition: 'missed',
      },
      {
        id: 31,
        status: 'answered',
        agent_phone: '202',
        agent_user_id: 2,
        answered_at: '2026-01-03 12:00:05',
        duration_seconds: 60,
        recording_url: 'https://pbx.example/newer.mp3',
        updated_at: '2026-01-03 12:06:00',
      },
      {
        id: 32,
        status: 'completed',
        agent_phone: '205',
        agent_user_id: 5,
        answered_at: '2026-01-03 12:01:00',
        ended_at: '2026-01-03 12:05:05',
        duration_seconds: 240,
        recording_url: 'https://pbx.example/older.mp3',
        updated_at: '2026-01-03 12:05:10',
      },
    ],
    call: {
      agent_phone: '205',
      agent_user_id: 5,
      first_agent_phone: '202',
      direction: 'inbound',
      status: 'completed',
      started_at: new Date('2026-01-03T06:00:00Z'),
      answered_at: new Date('2026-01-03T06:00:05Z'),
      ended_at: new Date('2026-01-03T06:05:05Z'),
      duration_seconds: 240,
      recording_url: 'https://pbx.example/newer.mp3',
      disposition: 'completed',
    },
  },
  {
    what: 'a ringing row and a failed one are a missed call',
    rows: [
      { id: 40, status: 'ringing', direction: 'inbound', started_at: '2026-01-03 13:00:00' },
      { id: 41, status: 'failed', ended_at: '2026-01-03 13:00:30' },
    ],
    call: { direction: 'inbound', status: 'failed', disposition: 'missed', duration_seconds: null },
  },
  {
    what: 'a busy line stays busy, and an empty customer number is replaced by one that is known',
    rows: [
      { id: 42, status: 'initiated', customer_phone: '' },
      { id: 43, status: 'failed', customer_phone: '01711000043', disposition: 'busy' },
    ],
    call: { customer_phone: '01711000043', direction: 'outbound', status: 'failed', disposition: 'busy' },
  },
  {
    what: 'a completed row of duration 0 is not believed',
    rows: [
      { id: 44, status: 'completed', duration_seconds: 0 },
      { id: 45, status: 'initiated' },
    ],
    call: { direction: 'outbound', status: 'failed', disposition: 'no_answer', duration_seconds: 0 },
  },
  {
    what: 'a call of which no row knows the end stays open',
    rows: [
      { id: 46, status: 'initiated', meta: ['not', 'an', 'object'] },
      { id: 47, status: 'ringing' },
    ],
    call: { status: 'ringing', disposition: null, ended_at: null },
  },
  {
    what: 'a miss at one extension does not end the talk at another, whose end no row knows',
    rows: [
      {
        id: 70,
        direction: 'inbound',
        status: 'failed',
        started_at: '2026-01-03 12:00:00',
        ended_at: '2026-01-03 12:00:02',
      },
      { id: 71, status: 'answered', agent_phone: '202', answered_at: '2026-01-03 12:00:05' },
    ],
    call: {
      status: 'answered',
      answered_at: new Date('2026-01-03T06:00:05Z'),
      ended_at: null,
      disposition: null,
      inferred: [],
    },
  },
  {
    what: 'an answer that was written after the end is computed from the end and the duration',
    rows: [
      { id: 72, status: 'answered', started_at: '2026-01-03 12:00:00', answered_at: '2026-01-03 12:06:00' },
      { id: 73, status: 'completed', ended_at: '2026-01-03 12:05:00', duration_seconds: 290 },
    ],
    call: {
      status: 'completed',
      started_at: new Date('2026-01-03T06:00:00Z'),
      answered_at: new Date('2026-01-03T06:00:10Z'),
      ended_at: new Date('2026-01-03T06:05:00Z'),
      inferred: ['answered_at'],
    },
  },
  {
    what: 'an answer that was written after the end of a call of unknown duration is unknown',
    rows: [
      { id: 74, status: 'answered', started_at: '2026-01-03 12:00:00', answered_at: '2026-01-03 12:06:00' },
      { id: 75, status: 'completed', ended_at: '2026-01-03 12:05:00' },
    ],
    call: {
      status: 'completed',
      answered_at: null,
      ended_at: new Date('2026-01-03T06:05:00Z'),
      inferred: [],
    },
  },
  {
    what: 'a call started no later than it was answered or ended',
    rows: [
      { id: 76, status: 'answered', started_at: '2026-01-03 12:00:20', answered_at: '2026-01-03 12:00:10' },
      { id: 77, status: 'completed', ended_at: '2026-01-03 12:05:00' },
    ],
    call: {
      started_at: new Date('2026-01-03T06:00:10Z'),
      answered_at: new Date('2026-01-03T06:00:10Z'),
      ended_at: new Date('2026-01-03T06:05:00Z'),
    },
  },
];

const NOT_DUPLICATES: LegacyCall[] = [
  { id: 50, external_call_id: 'BN-TWO-PBXS', status: 'ringing' },
  { id: 51, external_call_id: 'BN-TWO-PBXS', status: 'completed', provider: 'other' },
  { id: 60, external_call_id: '', status: 'ringing' },
  { id: 61, external_call_id: ' ', status: 'ringing' },
  { id: 62, external_call_id: null, status: 'ringing' },
  { id: 65, external_call_id: ' BN-ALONE\t', status: 'ringing' },
];

/** Spaces around an id: one of them is written with some, and the call has none. */
const SPACED: LegacyCall[] = [
  { id: 90, external_call_id: 'BN-29 ', status: 'ringing', direction: 'inbound' },
  { id: 91, external_call_id: 'BN-29', status: 'completed', duration_seconds: 20 },
];

const LEGACY_CALLS: LegacyCall[] = [
  ...DUPLICATES.flatMap(({ rows }) => rows.map((row) => ({ ...row, external_call_id: `BN-${rows[0]?.id}` }))),
  ...NOT_DUPLICATES,
  ...SPACED,
];

describe('the rows of one PBX id, adopted', () => {
  let database: OpenDatabase;

  async function query(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return database.dataSource.query<Row[]>(sql, parameters);
  }

  async function callOf(legacy: LegacyCall | undefined): Promise<Row | undefined> {
    const [row] = await query('SELECT * FROM telephony_calls WHERE id = $1', legacy?.id);
    return row;
  }

  beforeAll(async () => {
    // A statement fails here on purpose.
    Logger.overrideLogger(false);
    database = await openLegacyDatabase(LEGACY_CALLS);
    await query('INSERT INTO crm_call_reviews (id, call_id) VALUES (1, 10), (2, 11), (3, 32), (4, 50)');
    await migrate(database.settings, () => {});
  });

  afterAll(() => database.drop());

  it.each(DUPLICATES)('are one call: $what', async ({ rows, call }) => {
    expect(await callOf(rows[0])).toMatchObject({ external_call_id: `BN-${rows[0]?.id}`, ...call });
  });

  it('leave the lowest id, and every row that is no duplicate', async () => {
    const mergedAway = [...DUPLICATES.map(({ rows }) => rows), SPACED].flatMap((rows) => rows.slice(1));
    const kept = await query('SELECT id FROM telephony_calls ORDER BY id');
    expect(kept.map(({ id }) => id)).toEqual(
      LEGACY_CALLS.map(({ id }) => id)
        .filter((id) => mergedAway.every((row) => row.id !== id))
        .sort((one, other) => one - other),
    );
  });

  it('keep the values of each of them in meta', async () => {
    const [ringing, completed] = DUPLICATES[0]?.rows ?? [];
    expect(await callOf(ringing)).toMatchObject({
      meta: {
        event: 'incoming_call',
        merged: [
          { id: 10, status: 'ringing', customer_phone: '01711000010', meta: ringing?.meta },
          { id: 11, status: 'completed', customer_phone: '', meta: completed?.meta },
        ],
      },
    });
    const open = DUPLICATES.flatMap(({ rows }) => rows).find(({ id }) => id === 46);
    expect(await callOf(open)).toMatchObject({ meta: { merged: [{ meta: open?.meta }, { id: 47 }] } });
  });

  it('move the references to one of them', async () => {
    expect(await query('SELECT id, call_id FROM crm_call_reviews ORDER BY id')).toEqual([
      { id: 1, call_id: 10 },
      { id: 2, call_id: 10 },
      { id: 3, call_id: 30 },
      { id: 4, call_id: 50 },
    ]);
  });

  it('are not those of two PBXs, nor those without an id', async () => {
    const calls = await query(
      `SELECT id, external_call_id, status, meta FROM telephony_calls WHERE id BETWEEN 50 AND 65 ORDER BY id`,
    );
    expect(calls).toEqual([
      { id: 50, external_call_id: 'BN-TWO-PBXS', status: 'ringing', meta: null },
      { id: 51, external_call_id: 'BN-TWO-PBXS', status: 'completed', meta: null },
      { id: 60, external_call_id: null, status: 'ringing', meta: null },
      { id: 61, external_call_id: null, status: 'ringing', meta: null },
      { id: 62, external_call_id: null, status: 'ringing', meta: null },
      { id: 65, external_call_id: 'BN-ALONE', status: 'ringing', meta: null },
    ]);
  });

  it('are one call when their ids differ only in the spaces around them', async () => {
    expect(await callOf(SPACED[0])).toMatchObject({
      external_call_id: 'BN-29',
      status: 'completed',
      meta: { merged: [{ external_call_id: 'BN-29 ' }, { external_call_id: 'BN-29' }] },
    });
  });

  it('never answered before they started, nor ended before they were answered', async () => {
    expect(
      await query(
        `SELECT id FROM telephony_calls WHERE answered_at < started_at OR ended_at < started_at OR ended_at < answered_at`,
      ),
    ).toEqual([]);
  });

  it('cannot be created again', async () => {
    await expect(
      query(`INSERT INTO telephony_calls (external_call_id, customer_phone) VALUES ('BN-10', '')`),
    ).rejects.toThrow('uq_telephony_calls_provider_external_call_id');
  });
});
