import 'reflect-metadata';
import { connect } from '../../../src/database/connect.js';
import { CallTask } from '../../../src/modules/crm/call-tasks/call-task.entity.js';
import { Call } from '../../../src/modules/telephony/calls/call.entity.js';

/** Writes the wall-clock times and the instant of its second argument (JSON), and prints the values it reads back. */
const [url = '', given = ''] = process.argv.slice(2);
const { startedAt, ...times } = JSON.parse(given);

const dataSource = await connect(
  { url, poolSize: 1, statementTimeoutMs: 10_000, legacyTimeZone: 'Asia/Dhaka' },
  () => {},
);
const tasks = dataSource.getRepository(CallTask);
const calls = dataSource.getRepository(Call);
await tasks.insert({ customerId: '01712345678', priority: 'warm', ...times });
await calls.insert({ customerPhone: '01712345678', startedAt: new Date(startedAt) });

const task = await tasks.findOneByOrFail(times);
const call = await calls.findOneByOrFail({ startedAt: new Date(startedAt) });
process.stdout.write(`${JSON.stringify({ task, call })}\n`);
await dataSource.destroy();
