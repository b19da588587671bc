import { type ChildProcessByStdio, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.js';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Printed after each command, with its exit code; nothing else prints it. */
const DONE = 'command-done:';

/** A terminal somebody types into: what one command sets, the next one sees. */
export class Terminal {
  private readonly shell: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  constructor(options: TerminalOptions) {
    this.shell = spawn('bash', ['--noprofile', '--norc'], options);
    this.lines = createInterface(this.shell.stdout)[Symbol.asyncIterator]();
    this.shell.stderr.setEncoding('utf8').on('data', (text: string) => (this.complaints += text));
  }

  /** Runs commands and returns what they printed. @throws {Error} when the last one fails */
  async run(commands: string): Promise<string> {
    // A program that reads its input must not read the commands after it.
    this.shell.stdin.write(`{\n${commands}\n} </dev/null\nprintf '\\n${DONE}%s\\n' $?\n`);
    const printed: string[] = [];
    for (;;) {
      const line = await this.lines.next();
      if (line.done) throw new Error(`The shell ended during ${commands}\n${this.complaints}`);
      if (line.value === `${DONE}0`) return printed.join('\n');
      if (line.value.startsWith(DONE)) throw new Error(`${line.value}, of ${commands}\n${this.complaints}`);
      printed.push(line.value);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.shell, 'close');
    this.shell.stdin.end();
    await closed;
  }
}

/** A terminal taken up by one command that goes on until Ctrl-C. */
export class BusyTerminal {
  /** What the command has printed so far, complaints included. */
  printed = '';
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly closed: Promise<unknown>;

  constructor(command: string, options: TerminalOptions) {
    this.child = spawn('bash', ['-c', command], {
      ...options,
      // A process group of its own, so that Ctrl-C reaches all of it and nothing else.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    this.closed = once(this.child, 'close');
  }

  /** Waits for what says that it is ready. @throws {Error} when it ends before, or takes too long */
  async ready(sign: RegExp, withinMs: number): Promise<void> {
    await eventually(() => {
      if (!sign.test(this.printed) && !this.isOver)
        throw new Error(`Not ready, having printed ${this.printed}`);
    }, withinMs);
    if (!sign.test(this.printed)) throw new Error(`It ended, having printed ${this.printed}`);
  }

  async ctrlC(): Promise<void> {
    const { pid } = this.child;
    if (pid !== undefined && !this.isOver) process.kill(-pid, 'SIGINT');
    await this.closed;
  }

  private get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
