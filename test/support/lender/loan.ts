import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

/** What the lender has: databases without and with the service's schema, and a data folder to copy. */
export type Lent = 'empty' | 'migrated' | 'data-folder';

/** A loan lasts as long as the connection that asked for it: what a killed process had on loan comes back as well. */
export interface Loan {
  /** The URL of a database, or the path of a folder. */
  readonly what: string;
  /** Returns when it can be lent again. */
  readonly giveBack: () => Promise<void>;
}

/** Where the lender of a run listens. */
export function counterOf(runFolder: string): string {
  return join(runFolder, 'lender');
}

export async function borrow(what: Lent): Promise<Loan> {
  const connection = connect(counterOf(testRunFolder()));
  const closed = once(connection, 'close');
  connection.write(what);
  const [answer] = (await Promise.race([once(connection, 'data'), closed])) as [Buffer | boolean];
  if (typeof answer === 'boolean') throw new Error(`The lender does not lend "${what}": its reason is above`);
  return {
    what: answer.toString(),
    async giveBack() {
      connection.end();
      await closed;
    },
  };
}

export function testRunFolder(): string {
  const folder = process.env.TEST_RUN_FOLDER;
  if (!folder) throw new Error('TEST_RUN_FOLDER is unset: run the tests with test/jest.config.js');
  return folder;
}
