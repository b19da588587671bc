import { existsSync, readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addGauge } from './gauge.js';

/** Creates the registry of an application, with Node's default metrics and the build info. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = { version: versionOfPackage(new URL('.', import.meta.url)), node: process.version };
  addGauge(registry, {
    name: 'telephony_build_info',
    help: 'Version of the service and of Node, in the labels; the value is always 1.',
    labelNames: ['version', 'node'],
    read: () => [[labels, 1]],
  });
  return registry;
}

/** Searches the parent folders for package.json: compiled files are in a deeper folder than their sources. */
function versionOfPackage(folder: URL): string {
  const file = new URL('package.json', folder);
  if (!existsSync(file)) return versionOfPackage(new URL('..', folder));
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
