import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join, relative } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const RUN_TYPESCRIPT = new URL('typescript-process.js', import.meta.url).href;
const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/src', import.meta.url));

export interface ProgramOptions {
  cwd?: string;
  /** On top of this process's own. */
  env?: NodeJS.ProcessEnv;
}

/**
 * How Node runs a TypeScript file of ours: one of `src` as it was built, since to compile the service each time it is
 * started would take longer than it takes to start; one of the tests by way of the loader that compiles it.
 */
export function programArguments(file: string): string[] {
  const inSource = relative(SOURCE, file);
  if (inSource.startsWith('..')) return ['--import', RUN_TYPESCRIPT, file];
  return [join(BUILT, inSource.replace(/\.ts$/u, '.js'))];
}

/** A TypeScript file of ours, running in a process of its own. */
export class Program {
  /** What it has printed so far. */
  readonly lines: string[] = [];
  /** What it complained of, once it is gone. */
  readonly errors: Promise<string>;
  /** Its exit code; null when it was killed. */
  readonly exit: Promise<number | null>;
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly output: Interface;

  /** @param path from the folder of this file */
  constructor(path: string, args: string[], { cwd, env }: ProgramOptions = {}) {
    const file = fileURLToPath(new URL(path, import.meta.url));
    this.process = spawn(process.execPath, [...programArguments(file), ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.output = createInterface(this.process.stdout).on('line', (line) => this.lines.push(line));
    this.errors = text(this.process.stderr);
    this.exit = once(this.process, 'close').then(([code]) => code);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Writes a line to its input. */
  say(line: string): void {
    this.process.stdin.write(`${line}\n`);
  }

  /** Its first n lines, once they are there. */
  async printed(n: number): Promise<string[]> {
    const gone = this.exit.then(() => this.errors);
    while (this.lines.length < n) {
      const errors = await Promise.race([once(this.output, 'line'), gone]);
      if (typeof errors === 'string') throw new Error(`It ended after ${this.lines.length} lines: ${errors}`);
    }
    return this.lines.slice(0, n);
  }

  /** The first line that matches, once it is there. */
  async prints(pattern: RegExp): Promise<string> {
    for (let seen = 1; ; seen += 1) {
      const line = (await this.printed(seen)).at(-1) ?? '';
      if (pattern.test(line)) return line;
    }
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.process.kill('SIGINT');
  }

  /** As `kill -9` does: it gets to do nothing more. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
