import 'reflect-metadata';
import { CHROMIUM } from '../support/installed-programs.js';
import { Camera } from './camera.js';
import { HELP, readCommandLine } from './command-line.js';
import { documentShotsOf, type Picture, shotsOf } from './picture.js';
import { AT_FIRST, SEEDED } from './pictures/pictures.js';
import { Stage } from './stage.js';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns whether no page has logged an error and every state has appeared */
async function run(): Promise<boolean> {
  const options = readCommandLine(process.argv.slice(2));
  if (options === null) {
    print(HELP);
    return true;
  }
  if (CHROMIUM === null) throw new Error('Chromium is not installed: apt-get install chromium, or set CHROMIUM');
  const stage = await Stage.start();
  const camera = await Camera.start(stage, options, print);
  const problems: string[] = [];
  const takeAll = async (pictures: readonly Picture[]): Promise<void> => {
    for (const picture of pictures) {
      const shots = options.documents ? documentShotsOf(picture) : shotsOf(picture);
      const wanted = shots.filter(({ name }) => options.only === null || name.includes(options.only));
      problems.push(...(await camera.take(picture, wanted)));
    }
  };
  try {
    await takeAll(AT_FIRST);
    await stage.seed();
    await takeAll(SEEDED);
  } finally {
    await camera.close();
    await stage.close();
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length === 0;
}

try {
  process.exit((await run()) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
