import { Session } from 'node:inspector';

/**
 * Preloaded before a program (`node --import`). Answers any message of the parent process with the addresses of all scripts
 * that were loaded after it, those of Node itself too.
 */
const addresses = [];
const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => addresses.push(params.url));
session.post('Debugger.enable');

process.on('message', () => process.send(addresses));
