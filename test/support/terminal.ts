import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.js';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Printed after each command, with its exit code; nothing else prints it. */
const DONE = 'command-done:';

/** A terminal somebody types into: what one command sets, the next one sees. */
export class Terminal {
  private readonly shell;
  private readonly lines: AsyncIterator<string>;

  constructor(options: TerminalOptions) {
    this.shell = spawn('bash', ['--noprofile', '--norc'], { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
    this.lines = createInterface(this.shell.stdout)[Symbol.asyncIterator]();
  }

  /** Runs commands and returns what they printed. @throws {Error} when the last one fails */
  async run(commands: string): Promise<string> {
    // A program that reads its input must not read the commands after it.
    this.shell.stdin.write(`{\n${commands}\n} </dev/null\nprintf '\\n${DONE}%s\\n' $?\n`);
    const printed: string[] = [];
    for (;;) {
      const { value: line, done } = await this.lines.next();
      if (done) throw new Error(`The shell ended during: ${commands}`);
      if (!line.startsWith(DONE)) printed.push(line);
      else if (line === `${DONE}0`) return printed.join('\n');
      else throw new Error(`It failed (${line}): ${commands}\n${printed.join('\n')}`);
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
  printed = '';
  private readonly process: ChildProcess;
  private readonly closed: Promise<unknown>;

  constructor(command: string, options: TerminalOptions) {
    // A process group of its own, so that Ctrl-C reaches all of it and nothing else.
    const child = spawn('bash', ['-c', command], {
      ...options,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    this.process = child;
    this.closed = once(child, 'close');
  }

  /** Waits for what says that it is ready. */
  async ready(sign: RegExp, withinMs: number): Promise<void> {
    await eventually(() => {
      if (!sign.test(this.printed)) throw new Error(`Not ready, having printed: ${this.printed}`);
    }, withinMs);
  }

  async ctrlC(): Promise<void> {
    const { pid, exitCode } = this.process;
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGINT');
    await this.closed;
  }
}
