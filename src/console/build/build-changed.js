import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds the console, and the scripts for other pages, if a source is newer than the last build. Vite is loaded only then. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILT = join(ROOT, 'dist/.console-built');
const SOURCES = ['src/console', 'src/client', 'package-lock.json'];

/** Configurations of Vite, and the mode of each. */
const BUILDS = [
  ['src/console/vite.config.js', 'production'],
  ['src/client/vite.config.js', 'production'],
  ['src/client/button/vite.config.js', 'production'],
  ['src/client/button/vite.config.js', 'bangla'],
];

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Of a folder also its own time: a file that was removed changes it. */
function newest(path) {
  if (!statSync(path).isDirectory()) return timeOf(path);
  const inside = readdirSync(path).map((name) => newest(join(path, name)));
  return Math.max(timeOf(path), ...inside);
}

const changedAt = Math.max(...SOURCES.map((source) => newest(join(ROOT, source))));
if (process.argv.includes('--always') || changedAt > timeOf(BUILT)) {
  const { build } = await import('vite');
  const startedAt = new Date();
  for (const [configuration, mode] of BUILDS) {
    await build({ configFile: join(ROOT, configuration), mode, logLevel: 'warn' });
  }
  // What changes while it is being built is built again the next time.
  writeFileSync(BUILT, `${startedAt.toISOString()}\n`);
}
