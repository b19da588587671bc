import 'reflect-metadata';
import { Client } from 'pg';
import { BenchDatabases } from './databases.js';
import { LoadGenerator } from './load-generator.js';
import { ServerProcess } from './server-process.js';
const S = process.env.TEST_DATABASE_URL!;
const db = new BenchDatabases(S); const ac = new AbortController();
const admin = new Client({ connectionString: S }); await admin.connect();
const rows = Number(process.argv[2]);
const servers: ServerProcess[] = []; const gen = new LoadGenerator();
try {
  const empty = await db.createEmpty(); const full = await db.copy(empty); await db.seed(full, rows, ac.signal); await db.copy(full);
  const jwtSecret = 'x'.repeat(40);
  for (const [n, url] of [['EMPTY', empty],['FULL', full]] as const) {
    const name = new URL(url).pathname.slice(1);
    const s = await ServerProcess.start('ours', { databaseUrl: url, jwtSecret }); servers.push(s);
    let r = n === 'EMPTY' ? 1 : 3;
    for (const workload of ['webhook', 'start'] as const) {
      await gen.run({ url: s.url, workload, seconds: 3, connections: 8, firstCall: rows + ++r * 1_010_007, jwtSecret }, ac.signal);
    }
    await s.stop();
    await admin.query(`alter database ${name} set log_min_duration_statement = 0`);
    const s2 = await ServerProcess.start('ours', { databaseUrl: url, jwtSecret }); servers.push(s2);
    for (const workload of ['webhook', 'start'] as const) {
      const l = await gen.run({ url: s2.url, workload, seconds: 6, connections: 1, firstCall: rows + 77 + (r += 2) * 1_010_007, jwtSecret }, ac.signal);
      console.log(n, name, workload, l);
    }
    await s2.stop();
  }
} finally { await gen.stop(); for (const s of servers) await s.stop(); await db.dropAll(); await admin.end(); }
