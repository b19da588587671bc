import { existsSync, readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addGauge } from './gauge.js';

/** The metrics of one application, with those of its process: Node's own, and which build it is. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = { version: versionOfPackage(new URL('.', import.meta.url)), node: process.version };
  addGauge(registry, {
    name: 'telephony_build_info',
    help: 'Which build this is: always 1, the answer is in the labels.',
    labelNames: ['version', 'node'],
    read: () => [[labels, 1]],
  });
  return registry;
}

/** Of the nearest package.json above, as Node looks for it: compiled files lie deeper than their sources. */
function versionOfPackage(folder: URL): string {
  const file = new URL('package.json', folder);
  if (!existsSync(file)) return versionOfPackage(new URL('..', folder));
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
