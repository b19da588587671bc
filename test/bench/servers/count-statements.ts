import { Client } from 'pg';

/**
 * Preloaded before a server (`node --import`). Counts the statements that PostgreSQL completes on all connections of `pg`,
 * including BEGIN, COMMIT and each statement of a multi-statement message. Answers any message of the parent process with
 * the count.
 */
let statements = 0;

/** `pg`'s protocol connection, which its types do not declare. */
interface WithConnection {
  readonly connection: NodeJS.EventEmitter;
}

type Connect = (this: Client & WithConnection, ...args: unknown[]) => unknown;

const prototype = Client.prototype as unknown as { connect: Connect };
const { connect } = prototype;
prototype.connect = function connectCounting(...args) {
  for (const outcome of ['commandComplete', 'errorMessage']) {
    this.connection.on(outcome, () => {
      statements += 1;
    });
  }
  return connect.apply(this, args);
};

process.on('message', () => process.send?.(statements));
