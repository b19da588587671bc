import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.js';
import { type Block, Document, documents, ROOT } from '../support/documents.js';
import { eventually } from '../support/eventually.js';
import { BusyTerminal, Terminal, type TerminalOptions } from '../support/terminal.js';
import { Transcript } from '../support/transcript.js';

/** The README starts the service and the first call; the tutorial continues in the same terminals. */
const SESSION = ['README.md', 'docs/tutorial.md'];

/** Programs are built before they start, and the first of them prepares a database. */
const START_MS = 240_000;
const IS_READY = /^TrustCart Telephony is ready$|^Simulated PBX listening|aiting for messages$/mu;

/** Programs that run until Ctrl-C, and the command that starts each. */
const PROGRAMS = { service: 'npm start', simulator: 'npm run simulator', watch: 'npm run watch' } as const;
type ProgramName = keyof typeof PROGRAMS;

/** A block of commands and the block with its output if there is one, or what the watching terminal prints meanwhile. */
interface Step {
  readonly command: Block;
  readonly documented: string | null;
}

/** Marks of commands of operators, which `restore.pg.spec.ts` and `container.spec.ts` try. */
const TRIED_ELSEWHERE: ReadonlySet<string> = new Set(['backup', 'restore', 'compose']);

function stepsOf(document: Document): Step[] {
  const blocks = document.blocks.filter(
    ({ language, mark }) => (mark !== '' && !TRIED_ELSEWHERE.has(mark)) || language === 'text',
  );
  return blocks.flatMap((command, i) => {
    const next = blocks[i + 1];
    const documented = next?.language === 'text' && next.mark === '' ? next.text : null;
    if (command.language === 'bash') return [{ command, documented }];
    return command.mark === 'watch' ? [{ command, documented: command.text }] : [];
  });
}

/** The documented command, without two things that a test may not do. The service is on another port than 3000. */
function inTest({ command, documented }: Step, pbxPort: number): Step {
  const text = command.text
    // It would remove the packages that this test runs on.
    .replace('npm ci && npm start', 'npm start')
    // The port of the simulator may be in use.
    .replace('npm run simulator --', `$& --port ${pbxPort}`);
  return { command: { ...command, text }, documented };
}

/** Two free ports: 3000 and 4000, which the documents use, may be in use. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

/** Runs every command in a terminal. A program that does not exit gets its own terminal. */
class Reader {
  private readonly busy = new Map<ProgramName, BusyTerminal>();
  /** Characters of the watching terminal that were compared. */
  private watched = 0;
  private readonly terminal: Terminal;

  constructor(
    private readonly transcript: Transcript,
    private readonly options: TerminalOptions,
  ) {
    this.terminal = new Terminal(options);
  }

  async take({ command, documented }: Step): Promise<void> {
    const text = this.transcript.toRun(command.text);
    if (command.mark === 'serve') return this.leaveRunning(text, documented);
    if (command.mark === 'watch') return eventually(() => this.comparePushes(documented));
    const isReading = !text.includes('-X POST');
    // Webhooks of the simulated PBX arrive later: read again until they are there.
    if (isReading && documented !== null) await eventually(() => this.runOnce(text, documented));
    else await this.runOnce(text, documented);
  }

  async leave(): Promise<void> {
    await this.terminal.close();
    await Promise.all([...this.busy.values()].map((terminal) => terminal.ctrlC()));
  }

  private async runOnce(text: string, documented: string | null): Promise<void> {
    this.compare(text, documented, await this.terminal.run(text));
  }

  private async leaveRunning(text: string, documented: string | null): Promise<void> {
    const names = Object.keys(PROGRAMS) as ProgramName[];
    const program = names.find((name) => text.includes(PROGRAMS[name]));
    if (program === undefined) throw new Error(`No program is known that ${text} starts`);
    await this.busy.get(program)?.ctrlC();
    const terminal = new BusyTerminal(text, this.options);
    this.busy.set(program, terminal);
    await terminal.ready(IS_READY, START_MS);
    const beginning = this.transcript.toRun(documented?.split('\n')[0] ?? '');
    this.compare(text, documented, terminal.printed.slice(terminal.printed.indexOf(beginning)));
    if (program === 'watch') this.watched = terminal.printed.length;
  }

  private comparePushes(documented: string | null): void {
    const printed = this.busy.get('watch')?.printed ?? '';
    this.compare(PROGRAMS.watch, documented, printed.slice(this.watched));
    this.watched = printed.length;
  }

  private compare(command: string, documented: string | null, printed: string): void {
    if (documented === null || this.transcript.isAsDocumented(documented, printed)) return;
    throw new Error(`${command}\nis documented to print\n${documented}\nand printed\n${printed}`);
  }
}

describe('the sessions in the documents', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telephony-documents-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are in the README and the tutorial only', () => {
    const others = documents().filter(({ path }) => !SESSION.includes(path));
    expect(others.flatMap(stepsOf)).toEqual([]);
  });

  it(
    'run as they are written, and print what is documented',
    async () => {
      const [port, pbxPort] = await freePorts();
      const names = new Map([
        [':3000', `:${port}`],
        [':4000', `:${pbxPort}`],
        ['.data/', `${folder}/`],
      ]);
      const unset = ENVIRONMENT_VARIABLES.map(({ name }) => [name, ''] as const);
      const { NODE_OPTIONS: _options, ...env } = process.env;
      const reader = new Reader(new Transcript(names), {
        cwd: ROOT,
        env: { ...env, ...Object.fromEntries(unset), PORT: String(port), DATA_FOLDER: folder },
      });
      try {
        const steps = SESSION.flatMap((path) => stepsOf(new Document(path)));
        expect(steps.length).toBeGreaterThan(10);
        for (const step of steps) await reader.take(inTest(step, pbxPort));
      } finally {
        await reader.leave();
      }
    },
    2 * START_MS,
  );
});
