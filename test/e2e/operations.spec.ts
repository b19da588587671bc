import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import request from 'supertest';
import { MetricsServer } from '../../src/modules/metrics/metrics-server.js';
import { TestApp } from '../support/app.js';
import { KEY } from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document, ROOT } from '../support/documents.js';
import { namesOf, samplesOf } from '../support/samples.js';

const operations = new Document('docs/operations.md');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

interface RuleCase {
  readonly promql_expr_test: { readonly exp_samples: { readonly labels: string }[] }[];
}

function yamlOf(path: string): unknown {
  return load(readFileSync(ROOT + path, 'utf8'));
}

const { groups } = yamlOf('docs/prometheus/alerts.yml') as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** Prometheus' own metric, of its scrapes. */
const OF_PROMETHEUS = 'up';

describe('docs/operations.md', () => {
  let exposition: string;

  beforeAll(async () => {
    const database: TestDatabase = await createTestDatabase();
    const app = await TestApp.start(database, {
      metrics: { port: 0 },
      bracknet: { mode: 'live', baseUrl: 'http://127.0.0.1:1', apiKey: KEY },
    });
    exposition = (await request(app.nest.get(MetricsServer).url ?? '').get('')).text;
    await app.close();
    await database.drop();
  });

  it('lists every metric of the service, with its type', () => {
    const ours = [...exposition.matchAll(/^# TYPE (telephony_\w+) (\w+)$/gmu)];
    expect(ours.length).toBeGreaterThan(10);
    const typeOf = (rows: readonly (readonly (string | undefined)[])[]) =>
      Object.fromEntries(rows.map(([name, type]) => [name, type]));
    expect(typeOf(operations.table('Metric'))).toEqual(typeOf(ours.map(([, name, type]) => [name, type])));
  });

  it('has alert rules with unique names, a severity, a duration and what to do', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    const sectionsOf = (page: Document): string[] =>
      [...page.prose.matchAll(/^## (.+)$/gmu)].map(([, heading = '']) => heading);
    const pages = { operations, recordings: new Document('docs/recordings.md') };
    for (const { alert, for: duration, labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(duration).toMatch(/^\d+[mh]$/u);
      expect([annotations.summary, annotations.description].every(Boolean)).toBe(true);
      const [, page = '', section = '', row] =
        /^docs\/(operations|recordings)\.md, section ([^,]+)(?:, (\w+))?$/u.exec(annotations.runbook) ?? [];
      expect(sectionsOf(pages[page as keyof typeof pages])).toContain(section);
      expect(section === 'Alerts' ? row : alert).toBe(alert);
    }
  });

  it('has a case in which it fires for every alert rule', () => {
    const { tests } = yamlOf('test/prometheus/alerts.test.yml') as { tests: RuleCase[] };
    const fired = tests
      .flatMap((test) => test.promql_expr_test)
      .flatMap(({ exp_samples: samples }) => samples)
      .map(({ labels }) => /alertname="(\w+)"/u.exec(labels)?.[1]);
    expect(rules.map(({ alert }) => alert).filter((alert) => !fired.includes(alert))).toEqual([]);
  });

  it.each(rules.map(({ alert, expr }) => [alert, expr]))('%s uses existing metrics: %s', (_alert, expr) => {
    const known = new Set([...namesOf(exposition), OF_PROMETHEUS]);
    const asked = expr.match(/\b(?:telephony|process|nodejs)_\w+|\bup\b/gu) ?? [];
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !known.has(name.replace(/_(?:bucket|sum|count)$/u, '')))).toEqual([]);
  });

  it.each(
    rules.flatMap(({ alert, expr }) =>
      [...expr.matchAll(/(telephony_\w+)\{(\w+="[^"]*")\}/gu)].map(([, name, label]) => [alert, name, label]),
    ),
  )('%s asks %s for %s, of which there are samples', (_alert, name = '', label = '') => {
    const samples = [...samplesOf(exposition).keys()];
    expect(samples.filter((sample) => sample.startsWith(`${name}{`) && sample.includes(label))).not.toEqual(
      [],
    );
  });

  it('documents the meaning of every alert and what to do', () => {
    const table = operations.table('Alert');
    expect(table.map(([alert]) => alert)).toEqual(rules.map(({ alert }) => alert));
    for (const [, means, act] of table) expect([means, act]).not.toContain('');
  });
});
