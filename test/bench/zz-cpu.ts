import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { BenchDatabases } from './databases.js';
import { LoadGenerator } from './load-generator.js';
const S = process.env.TEST_DATABASE_URL!;
const db = new BenchDatabases(S); const ac = new AbortController();
const admin = new Client({ connectionString: S }); await admin.connect();
const cpuOf = (pid: number) => { try { const f = readFileSync(`/proc/${pid}/stat`,'utf8').split(') ')[1]!.split(' '); return (Number(f[11])+Number(f[12]))*10; } catch { return 0; } };
const rows = Number(process.argv[2]);
const kids: any[] = []; const gen = new LoadGenerator();
const jwtSecret = 'x'.repeat(40);
const start = async (cwd: string, url: string) => { const c = spawn(process.execPath, ['dist/src/main.js'], { cwd, stdio: ['ignore','pipe','inherit'], env: { NODE_ENV:'production', HOST:'127.0.0.1', PORT:'0', LOG_LEVEL:'error', DATABASE_URL:url, JWT_SECRET: jwtSecret } }); kids.push(c);
  for await (const l of createInterface(c.stdout)) { const m = /http:\/\/[^\s/]+:(\d+)/.exec(l); if (m) return { pid: c.pid!, url: `http://127.0.0.1:${m[1]}` }; } throw new Error('x'); };
const q = async (url: string, sql: string) => { const c = new Client({ connectionString: url }); await c.connect(); const r = await c.query(sql); await c.end(); return r; };
try {
  const empty = await db.createEmpty(); const full = await db.copy(empty); await db.seed(full, rows, ac.signal);
  const fullB = await db.copy(full);
  for (const s of ['drop index ix_telephony_calls_agent_user_id', 'drop index ix_telephony_calls_task_id', 'create index ix_telephony_calls_task_id on telephony_calls(task_id) where task_id is not null', 'drop index ix_telephony_calls_queue_name', 'create index ix_telephony_calls_queue_name on telephony_calls(queue_name) where queue_name is not null', 'drop index ix_telephony_calls_trunk_name', 'create index ix_telephony_calls_trunk_name on telephony_calls(trunk_name) where trunk_name is not null','drop index ix_telephony_calls_disposition','create index ix_telephony_calls_disposition on telephony_calls(disposition) where disposition is not null']) await q(fullB, s);
  const fullC = await db.copy(fullB); const emptyC = await db.copy(empty);
  const T: Record<string, {s: {pid: number, url: string}, url: string}> = {};
  for (const [n, cwd, url] of [['E empty','.',empty],['A full','.',full],['B idx','.',fullB],['C idx+src','/tmp/x',fullC],['D emp+src','/tmp/x',emptyC]] as const) T[n] = { s: await start(cwd, url), url };
  console.log('ready', readFileSync('/proc/loadavg','utf8'));
  let r = 0;
  for (const workload of (process.argv[5] ?? 'start,webhook').split(',') as ('start'|'webhook')[]) {
    const acc: Record<string, number[][]> = {};
    for (let round = 0; round < Number(process.argv[3]); round++) { r++; for (const [n, {s, url}] of Object.entries(T)) {
      if (n[0] === 'E' || n[0] === 'D') await db.empty(url);
      const name = new URL(url).pathname.slice(1);
      const pgcpu = async () => (await admin.query('select pid from pg_stat_activity where datname=$1', [name])).rows.reduce((a: number, p: any) => a + cpuOf(p.pid), 0);
      const w = async () => (await admin.query('select wal_fpi::float f, wal_bytes::float b from pg_stat_wal')).rows[0];
      const n0 = cpuOf(s.pid), p0 = await pgcpu(), w0 = await w();
      const load = await gen.run({ url: s.url, workload, seconds: Number(process.argv[4]), connections: 64, firstCall: rows + r * 1_010_007, jwtSecret }, ac.signal);
      const w1 = await w();
      const x = [load.requestsPerSecond, (cpuOf(s.pid)-n0)/load.succeeded, (await pgcpu()-p0)/load.succeeded, (w1.b-w0.b)/1024/load.succeeded, (w1.f-w0.f)/load.succeeded, load.p50];
      if (round > 0) (acc[n] ??= []).push(x);
      if (load.failures.length) console.log(n, load.failures.join());
    } }
    const med = (a: number[]) => a.sort((x,y)=>x-y)[Math.floor(a.length/2)]!;
    console.log(workload, 'rps, node ms, pg ms, wal kB, fpi, p50', readFileSync('/proc/loadavg','utf8').slice(0,5));
    for (const [n, xs] of Object.entries(acc)) console.log('  ', n.padEnd(10), [0,1,2,3,4,5].map(i => med(xs.map(x=>x[i]!)).toFixed(2)).join('  '), ' vs E', med(xs.map((x,i)=>x[0]!/acc['E empty']![i]![0]!)).toFixed(2));
  }
  for (const [n,{url}] of Object.entries(T)) console.log(n, (await q(url, "select n_tup_ins, n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname='telephony_calls'")).rows[0]);
} finally { await gen.stop(); for (const s of kids) s.kill('SIGKILL'); await db.dropAll(); await admin.end(); }
