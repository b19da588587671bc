import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds the console if a source is newer than the last build. Vite is loaded only then. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILT = join(ROOT, 'dist/.console-built');
const SOURCES = ['src/console', 'src/client', 'package-lock.json'];

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
  await build({ configFile: join(ROOT, 'src/console/vite.config.js'), logLevel: 'warn' });
  // What changes while it is being built is built again the next time.
  writeFileSync(BUILT, `${startedAt.toISOString()}\n`);
}
