import { loadConfiguration } from '../../src/config/configuration.js';
import { readWatchArguments, type WatchRequest } from '../../src/cli/watch-arguments.js';
import { watch } from '../../src/cli/watch-command.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { liveCall, liveTask, PushServer } from '../support/push-server.js';
import { JWT_SECRET, verifierWith } from '../support/tokens.js';

describe('npm run watch', () => {
  describe('its arguments', () => {
    async function read(...args: string[]): Promise<WatchRequest> {
      const request = await readWatchArguments(args, () => loadConfiguration({ JWT_SECRET, PORT: '3100' }));
      if (request === 'help') throw new Error('no request');
      return request;
    }

    it('make a token of this service for the extension, and find the service by its port', async () => {
      const { url, getToken, who } = await read('--extension', '201');
      expect([url, who]).toEqual(['http://localhost:3100', 'agent 7 at extension 201']);
      await expect(verifierWith().verify(await getToken())).resolves.toMatchObject({
        userId: 7,
        role: 'agent',
        extension: '201',
      });
    });

    it('make a supervisor, who sees every call', async () => {
      const { getToken } = await read('--role', 'supervisor', '--user', '9');
      await expect(verifierWith().verify(await getToken())).resolves.toMatchObject({
        userId: 9,
        role: 'supervisor',
        extension: null,
      });
    });

    it('need no configuration when they say where and as whom', async () => {
      const request = await readWatchArguments(['--url', 'https://api.example.com', '--token', 'T'], () => {
        throw new Error('there is none');
      });
      expect(request).toMatchObject({ url: 'https://api.example.com', who: 'the owner of the token' });
    });

    it.each([
      [['--extension', '2x1'], '--extension must be an extension of 2 to 6 digits'],
      [['--user', 'seven'], '--user must be the id of a CRM user'],
      [['--url', 'localhost:3000'], '--url must be an origin without a path'],
      [['--token', 'T', '--user', '7'], '--token says who it is'],
      [['--extensions', '201'], 'Unknown option'],
    ])('%j are refused with a message that says what to mend', async (args, message) => {
      await expect(read(...args)).rejects.toThrow(message);
    });
  });

  describe('on a service', () => {
    let server: PushServer;
    let printed: string[];
    let end: AbortController;

    beforeEach(async () => {
      server = await PushServer.start();
      printed = [];
      end = new AbortController();
    });
    afterEach(async () => {
      end.abort();
      await server.stop();
    });

    function start(part: Partial<WatchRequest> = {}): Promise<void> {
      const request = {
        url: server.url,
        getToken: () => Promise.resolve('good'),
        who: 'agent 7',
        isFull: false,
        ...part,
      };
      return watch(request, (text) => printed.push(text), end.signal);
    }

    const isWaiting = () => eventually(() => expect(printed.at(-1)).toContain('aiting for messages'));

    /** What was printed, without the times and the columns. */
    const lines = () =>
      printed.map((text) => text.replace(/^\d\d:\d\d:\d\d\.\d{3}Z +/u, '').replaceAll(/ +/gu, ' '));

    it('prints the open calls, then each message in one line, with numbers masked', async () => {
      server.write(liveCall({ id: 1, status: 'answered', version: 4 }));
      const watching = start();
      await isWaiting();
      server.ring(liveCall({ id: 2 }), 'Rahima');
      server.update(
        liveCall({ id: 2, status: 'completed', version: 2, direction: 'outbound', agentPhone: null }),
      );
      server.send('call_gone', { v: 1, id: 1, into: 2 });
      server.send('task_changed', { v: 1, task: liveTask(4) });
      await eventually(() => expect(printed).toHaveLength(8));
      end.abort();
      await watching;
      expect(lines()).toEqual([
        `Watching ${server.url} as agent 7; Ctrl-C ends`,
        'ready user 7 agent extensions 201',
        'snapshot call 1 answered from ********678 extension 201 (user 7) version 4',
        'Waiting for messages',
        'incoming_call call 2 ringing from ********678 extension 201 (user 7) version 1 customer 5',
        'call_updated call 2 completed to ********678 no extension (user 7) version 2',
        'call_gone call 1 merged into call 2',
        'task_changed task 4 pending warm user 7',
      ]);
    });

    it('prints numbers and names in full when it is told to', async () => {
      const watching = start({ isFull: true });
      await isWaiting();
      server.ring(liveCall({ id: 2 }), 'Rahima');
      await eventually(() => expect(lines().at(-1)).toMatch(/from 01712345678 .* customer 5 Rahima$/u));
      end.abort();
      await watching;
    });

    it('ends when the service refuses the token, and says so', async () => {
      await expect(start({ getToken: () => Promise.resolve('bad') })).rejects.toThrow(
        'The service refuses this token: The access token is not valid (UNAUTHENTICATED)',
      );
    });

    it('says that no service is there, and goes on when there is one', async () => {
      const { port } = server;
      await server.stop();
      const watching = start();
      await eventually(() => expect(printed.at(-1)).toMatch(/^No service answers at .*npm start/u));
      server = await PushServer.start([], port);
      await isWaiting();
      end.abort();
      await watching;
    });

    it('ends on Ctrl-C as a program', async () => {
      const program = new Program('../../src/cli/watch.ts', ['--url', server.url, '--token', 'good']);
      await program.prints(/^No call is open/u);
      program.interrupt();
      expect([await program.exit, await program.errors]).toEqual([0, '']);
    });
  });
});
