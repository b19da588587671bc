import type { BenchEnvironment } from '../bench-environment.js';
import { type ServerName, statementsOf } from '../server-process.js';
import { table } from '../table.js';
import { AT_ONCE, type Measure, single } from './part.js';

/** Transactions that the bench itself commits in other databases during the measurement. */
const OWN_COMMITS = 50;

interface Cost {
  readonly statements: number;
  readonly fsyncs: number;
}

/** A separate run that is not timed, because counting takes time too. */
export const measureCost: Measure = async (environment, { seconds, isTrial }) => {
  const ours = await costOf(environment, 'ours', seconds);
  const rows = [rowOf('ours', ours)];
  // The reference server is only for comparison, so a trial run skips it.
  for (const name of isTrial ? [] : (['peer'] as const)) {
    rows.push(rowOf(name, await costOf(environment, name, seconds)));
  }
  return {
    text: table([['for each event', 'statements', 'fsyncs'], ...rows]),
    findings: [
      { bound: 'statements', figure: single(ours.statements) },
      { bound: 'fsyncs', figure: single(ours.fsyncs) },
    ],
  };
};

function rowOf(name: string, { statements, fsyncs }: Cost): string[] {
  return [name, statements.toFixed(3), fsyncs.toFixed(3)];
}

/** The fsyncs include the few of the server's start. */
async function costOf(environment: BenchEnvironment, name: ServerName, seconds: number): Promise<Cost> {
  const databaseUrl = await environment.emptyDatabase();
  const before = await environment.databases.logActivity();
  const target = await environment.serve(name, databaseUrl, { countsStatements: true });
  const statementsBefore = await statementsOf(target.server);
  const { succeeded } = await environment.measureOnce(target, {
    workload: 'calls',
    seconds,
    connections: AT_ONCE,
  });
  const statements = (await statementsOf(target.server)) - statementsBefore;
  await environment.closeServers();
  const after = await environment.databases.logActivity();
  const fsyncs = after.syncs - before.syncs;
  const foreign = after.foreignCommits - before.foreignCommits;
  if (foreign > OWN_COMMITS) {
    environment.print(
      `  ${name}: ${foreign} transactions of other databases meanwhile, whose fsyncs are counted too`,
    );
  }
  return { statements: statements / succeeded, fsyncs: fsyncs / succeeded };
}
