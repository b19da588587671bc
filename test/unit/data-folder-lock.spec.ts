import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from '../../src/database/embedded/data-folder-lock.js';
import { Program } from '../support/program.js';

describe('the lock of a data folder', () => {
  let folder: string;
  const programs: Program[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-folder-'));
  });

  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.kill()));
    await rm(folder, { recursive: true });
  });

  async function startProgram(): Promise<Program> {
    const program = new Program('programs/hold-data-folders.ts', []);
    programs.push(program);
    await program.printed(1);
    return program;
  }

  async function startHolder(): Promise<Program> {
    const program = await startProgram();
    expect(await attempt(program, folder)).toBe('held');
    return program;
  }

  it('rejects a second process with the folder, the holder and what to do', async () => {
    const { pid } = await startHolder();
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'DATABASE_UNAVAILABLE',
        message: expect.stringContaining(
          `The data folder ${folder} is in use by process ${pid}. Stop that first`,
        ),
      }),
    );
  });

  it('rejects the process that holds it already', () => {
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow('in use by this very process');
    lock.release();
  });

  it('is free at once after its holder was killed', async () => {
    await (await startHolder()).kill();
    expect(() => lockDataFolder(folder).release()).not.toThrow();
  });

  it('is free again after its release', () => {
    lockDataFolder(folder).release();
    expect(() => lockDataFolder(folder).release()).not.toThrow();
  });

  it('is acquired by exactly one of the processes that find a dead holder concurrently', async () => {
    const contenders = await Promise.all([1, 2, 3, 4].map(startProgram));
    for (let round = 1; round <= 50; round += 1) {
      const contested = join(folder, String(round));
      await mkdir(contested);
      await writeFile(
        join(contested, 'lock.1'),
        JSON.stringify({ pid: process.pid, start: 'another boot:1' }),
      );
      const outcomes = await Promise.all(contenders.map((contender) => attempt(contender, contested)));
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome?.includes('is in use by process'))).toHaveLength(3);
    }
  });

  it('is not held by a former process that had the pid of this one, as after the restart of a container', async () => {
    await writeFile(join(folder, 'lock.1'), JSON.stringify({ pid: process.pid, start: 'another boot:1' }));
    expect(() => lockDataFolder(folder).release()).not.toThrow();
  });

  it('is not held by a file that a crash of the machine left unreadable', async () => {
    await writeFile(join(folder, 'lock.1'), '\0\0\0');
    expect(() => lockDataFolder(folder).release()).not.toThrow();
  });

  it('never uses a number twice, so that no living holder passes for a former one', async () => {
    lockDataFolder(folder).release();
    lockDataFolder(folder).release();
    expect(await readdir(folder)).toEqual(['lock.2']);
  });
});

/** Result of its attempt: 'held' or the reason of the failure. */
async function attempt(program: Program, folder: string): Promise<string | undefined> {
  const answers = program.lines.length;
  program.writeLine(folder);
  return (await program.printed(answers + 1))[answers];
}
