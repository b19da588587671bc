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

/** An interactive shell: commands share variables and the working directory. */
export class Terminal {
  private readonly shell: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  constructor(options: TerminalOptions) {
    this.shell = spawn('bash', ['--noprofile', '--norc'], options);
    this.lines = createInterface(this.shell.stdout)[Symbol.asyncIterator]();
    this.shell.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  /** Runs commands and returns their standard output. @throws {Error} when the last one fails */
  async run(commands: string): Promise<string> {
    // A program that reads its input must not read the commands after it.
    this.shell.stdin.write(`{\n${commands}\n} </dev/null\nprintf '\\n${DONE}%s\\n' $?\n`);
    const printed: string[] = [];
    for (;;) {
      const line = await this.lines.next();
      if (line.done) throw new Error(`The shell ended during ${commands}\n${this.errors}`);
      if (line.value === `${DONE}0`) return printed.join('\n');
      if (line.value.startsWith(DONE)) throw new Error(`${line.value}, of ${commands}\n${this.errors}`);
      printed.push(line.value);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.shell, 'close');
    this.shell.stdin.end();
    await closed;
  }
}

/** A terminal with one command that runs until Ctrl-C. */
export class BusyTerminal {
  /** Standard output and standard error of the command so far. */
  printed = '';
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly closed: Promise<unknown>;

  constructor(command: string, options: TerminalOptions) {
    this.child = spawn('bash', ['-c', command], {
      ...options,
      // Its own process group, so that Ctrl-C reaches all of its processes and no others.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    this.closed = once(this.child, 'close');
  }

  /** Waits for output that matches. @throws {Error} when it exits before, or takes too long */
  async ready(pattern: RegExp, withinMs: number): Promise<void> {
    await eventually(() => {
      if (!pattern.test(this.printed) && !this.isOver)
        throw new Error(`Not ready; its output: ${this.printed}`);
    }, withinMs);
    if (!pattern.test(this.printed)) throw new Error(`It exited; its output: ${this.printed}`);
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
