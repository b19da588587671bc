import type { Lab } from '../lab.js';
import { type ServerName, statementsOf } from '../server-process.js';
import { table } from '../table.js';
import { AT_ONCE, type Measure, single } from './part.js';

/** So many transactions the bench itself makes in other databases while it looks. */
const OWN_COMMITS = 50;

interface Cost {
  readonly statements: number;
  readonly fsyncs: number;
}

/** A run of its own, not timed: counting costs something too. */
export const measureCost: Measure = async (lab, { seconds, isLook }) => {
  const ours = await costOf(lab, 'ours', seconds);
  const rows = [rowOf('ours', ours)];
  // The others are but for comparison, and nobody compares a look.
  for (const name of isLook ? [] : (['floor', 'peer'] as const)) {
    rows.push(rowOf(name, await costOf(lab, name, seconds)));
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

/** Those of its start are in the fsyncs: a handful. */
async function costOf(lab: Lab, name: ServerName, seconds: number): Promise<Cost> {
  const databaseUrl = await lab.emptyDatabase();
  const before = await lab.databases.logActivity();
  const target = await lab.serve(name, databaseUrl, { countsStatements: true });
  const statementsBefore = await statementsOf(target.server);
  const { succeeded } = await lab.measureOnce(target, { workload: 'calls', seconds, connections: AT_ONCE });
  const statements = (await statementsOf(target.server)) - statementsBefore;
  await lab.closeServers();
  const after = await lab.databases.logActivity();
  const fsyncs = after.syncs - before.syncs;
  const foreign = after.foreignCommits - before.foreignCommits;
  if (foreign > OWN_COMMITS) {
    lab.print(
      `  ${name}: ${foreign} transactions of other databases meanwhile, whose fsyncs are counted too`,
    );
  }
  return { statements: statements / succeeded, fsyncs: fsyncs / succeeded };
}
