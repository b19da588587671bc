import { Client } from 'pg';
import { readFileSync } from 'node:fs';
import { seedStatements } from './seed.ts';
const c = new Client({connectionString: process.argv[2]}); await c.connect();
const pid = (await c.query('select pg_backend_pid() p')).rows[0].p;
const cpu = () => { const f = readFileSync(`/proc/${pid}/stat`,'utf8').split(') ')[1].split(' '); return (Number(f[11])+Number(f[12]))*10; };
for (const s of seedStatements(Number(process.argv[3]))) { const t=Date.now(), u=cpu(); await c.query(s); console.log(Date.now()-t, 'cpu', cpu()-u, s.trim().slice(0,60).replaceAll('\n',' ')); }
await c.end();
