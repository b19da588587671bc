import { boundsTable, type Finding } from './bounds.js';
import type { Options, Part } from './command-line.js';
import { BenchDatabases } from './databases.js';
import { BenchEnvironment } from './bench-environment.js';
import { measureAdoption } from './parts/adoption.js';
import { measureBurst } from './parts/burst.js';
import { measureCost } from './parts/cost.js';
import { measureExports } from './parts/export.js';
import { measureGrowth } from './parts/growth.js';
import { measureIdle } from './parts/idle.js';
import { AT_ONCE, type Measure } from './parts/part.js';
import { measureLive } from './parts/live.js';
import { measureLog } from './parts/log.js';
import { measurePop } from './parts/pop.js';
import { measureReject } from './parts/reject.js';
import { measureReports } from './parts/reports.js';
import { measureStarts } from './parts/start.js';
import { measureWebhooks } from './parts/webhook.js';
import { conditionsText, LEGEND } from './report.js';

const MEASURES: Readonly<Record<Part, { readonly title: string; readonly measure: Measure }>> = {
  webhook: { title: 'Webhooks, 64 at once, on an empty database', measure: measureWebhooks },
  growth: { title: 'Webhooks, 64 at once, on a full database and on an empty one', measure: measureGrowth },
  idle: { title: 'Webhooks, one at a time', measure: measureIdle },
  reject: { title: 'Forged webhooks, 64 at once', measure: measureReject },
  cost: { title: 'What PostgreSQL is asked to do for each webhook, 64 at once', measure: measureCost },
  burst: { title: 'A burst: ten times the load', measure: measureBurst },
  start: { title: 'Starts: agents click to call, in mock mode, 64 at once', measure: measureStarts },
  pop: { title: 'The screen-pop: SQL of one answer, one at a time', measure: measurePop },
  live: { title: 'Pushes to browsers', measure: measureLive },
  log: { title: 'The call log of two years: each filter, and each pair of filters', measure: measureLog },
  reports: { title: 'Reports and the wallboard of two years', measure: measureReports },
  export: { title: 'Exports of calls', measure: measureExports },
  adoption: { title: "Adoption of the CRM's database", measure: measureAdoption },
};

/** One run. Creates its own databases and servers and removes them at the end. */
export class Bench {
  private readonly environment: BenchEnvironment;

  constructor(
    serverUrl: string,
    private readonly options: Options,
    private readonly print: (line: string) => void,
    signal: AbortSignal,
  ) {
    this.environment = new BenchEnvironment(new BenchDatabases(serverUrl), options, print, signal);
  }

  /** @returns whether all requests had the expected response and all acknowledged rows were written */
  async run(): Promise<boolean> {
    try {
      this.print(conditionsText(this.options, AT_ONCE, await this.environment.databases.facts()));
      const findings: Finding[] = [];
      for (const part of this.options.parts) {
        const { title, measure } = MEASURES[part];
        this.print(`\n${title}`);
        const { text, findings: found } = await measure(this.environment, this.options);
        await this.environment.closeServers();
        this.print(`\n${text}`);
        findings.push(...found);
      }
      this.print(`\n${LEGEND}\n\n${boundsTable(findings, !this.options.isTrial)}`);
      return this.environment.failed === 0;
    } finally {
      await this.environment.close();
    }
  }
}
