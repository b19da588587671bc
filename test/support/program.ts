import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
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
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Arguments with which Node runs a TypeScript file of this project. A file of `src` runs from the build, because compiling
 * the service takes longer than starting it; a file of the tests runs through a loader that compiles it.
 */
export function programArguments(file: string): string[] {
  const inSource = relative(SOURCE, file);
  if (inSource.startsWith('..')) return ['--import', RUN_TYPESCRIPT, file];
  return [join(BUILT, inSource.replace(/\.ts$/u, '.js'))];
}

/**
 * Runs a TypeScript file of this project to its end, in an environment that has nothing but `PATH` and `env`.
 *
 * @param path relative to the folder of this file
 */
export function runProgram(
  path: string,
  args: string[],
  { cwd, env }: ProgramOptions,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...programArguments(fileURLToPath(new URL(path, import.meta.url))), ...args],
      { cwd, env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** A TypeScript file of this project, running in its own process. */
export class Program {
  /** Lines of its standard output so far. */
  readonly lines: string[] = [];
  /** Its standard error, resolved when it has exited. */
  readonly errors: Promise<string>;
  /** Its exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly output: Interface;

  /** @param path relative to the folder of this file */
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

  /** Writes a line to its standard input. */
  writeLine(line: string): void {
    this.process.stdin.write(`${line}\n`);
  }

  /** Waits for its first n lines. @throws {Error} when it exits before */
  async printed(n: number): Promise<string[]> {
    const exited = this.exit.then(() => this.errors);
    while (this.lines.length < n) {
      const errors = await Promise.race([once(this.output, 'line'), exited]);
      if (typeof errors === 'string')
        throw new Error(`It exited after ${this.lines.length} lines: ${errors}`);
    }
    return this.lines.slice(0, n);
  }

  /** Waits for the first line that matches. @throws {Error} when it exits before */
  async prints(pattern: RegExp): Promise<string> {
    for (let seen = 1; ; seen += 1) {
      const line = (await this.printed(seen)).at(-1) ?? '';
      if (pattern.test(line)) return line;
    }
  }

  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): void {
    this.process.kill('SIGINT');
  }

  /** Sends SIGKILL, as `kill -9` does, so that it cannot shut down cleanly. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
