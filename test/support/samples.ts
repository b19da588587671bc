import { Registry } from 'prom-client';
import type { TestApp } from './app.js';

/** The samples of a scrape, by name and labels as they are written: `telephony_database_up`, `x_total{type="y"}`. */
export function samplesOf(exposition: string): Map<string, number> {
  return new Map(
    exposition
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );
}

/** Names of the metrics in a scrape, as their `# TYPE` lines have them. */
export function namesOf(exposition: string): string[] {
  return [...exposition.matchAll(/^# TYPE (\w+) /gmu)].map(([, name = '']) => name);
}

/** Current value of one sample of an application. */
export async function counted(app: TestApp, sample: string): Promise<number> {
  return samplesOf(await app.nest.get(Registry).metrics()).get(sample) ?? 0;
}
