import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const RUN_TYPESCRIPT = new URL('typescript-process.js', import.meta.url).href;

/** A TypeScript file of ours, running in a process of its own. */
export class Program {
  /** What it has printed so far. */
  readonly lines: string[] = [];
  readonly exit: Promise<number | null>;
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly output;

  /** @param path from the folder of this file */
  constructor(path: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    const file = fileURLToPath(new URL(path, import.meta.url));
    this.process = spawn(process.execPath, ['--import', RUN_TYPESCRIPT, file, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.output = createInterface(this.process.stdout).on('line', (line) => this.lines.push(line));
    this.exit = once(this.process, 'close').then(([code]) => code);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Its first n lines, once they are there. */
  async printed(n: number): Promise<string[]> {
    while (this.lines.length < n) await once(this.output, 'line');
    return this.lines.slice(0, n);
  }

  /** As `kill -9` does: it gets to do nothing more. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
