import { Client } from 'pg';

/**
 * Loaded before a server (`node --import`): counts what PostgreSQL reports as done, statement by statement, on every
 * connection of `pg`: BEGIN and COMMIT too, and each of several in one message. Any message of the parent process is
 * answered with the count.
 */
let statements = 0;

/** What `pg` keeps the protocol in; not in its types. */
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
