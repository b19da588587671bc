import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { type Configuration, loadProcessConfiguration } from '../config/configuration.js';
import { assertMigrated } from '../database/migrator.js';
import { openDatabase } from '../database/open-database.js';
import { ExtensionTimelineRepository } from '../modules/agents/extensions/timeline/extension-timeline.repository.js';
import { AuditEntry } from '../modules/audit/audit-entry.entity.js';
import { AuditRepository } from '../modules/audit/audit.repository.js';
import { AuditService } from '../modules/audit/audit.service.js';
import type { ChangeFeed } from '../modules/change-feed/change-feed.js';
import { AgentPresence } from '../modules/agents/presence/agent-presence.entity.js';
import { PresenceRepository } from '../modules/agents/presence/presence.repository.js';
import { TaskAssignments } from '../modules/telephony/calls/effects/task-assignments.service.js';
import { CallTask } from '../modules/crm/call-tasks/call-task.entity.js';
import { CallTaskRepository } from '../modules/crm/call-tasks/call-task.repository.js';
import { CallTasksService } from '../modules/crm/call-tasks/call-tasks.service.js';
import { CustomerErasure } from '../modules/crm/erasure/customer-erasure.service.js';
import { CallerChoice } from '../modules/crm/customers/caller-choice.entity.js';
import { CallerChoiceRepository } from '../modules/crm/customers/caller-choice.repository.js';
import { CallerChoicesService } from '../modules/crm/customers/caller-choices.service.js';
import { Customer } from '../modules/crm/customers/customer.entity.js';
import { CustomerRepository } from '../modules/crm/customers/customer.repository.js';
import { CustomersService } from '../modules/crm/customers/customers.service.js';
import { CallBatchRepository } from '../modules/telephony/calls/call-batch.repository.js';
import { CallEffectsService } from '../modules/telephony/calls/effects/call-effects.service.js';
import { CallStore } from '../modules/telephony/calls/call-store.js';
import { Call } from '../modules/telephony/calls/call.entity.js';
import { CallRepository } from '../modules/telephony/calls/call.repository.js';
import { FigureMarks } from '../modules/telephony/calls/marks/figure-marks.repository.js';
import { RecordingLedger } from '../modules/telephony/calls/recordings/recording-ledger.repository.js';
import { WebhookReceipt } from '../modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import { WebhookReceiptRepository } from '../modules/telephony/webhooks/inbox/receipts/webhook-receipt.repository.js';
import {
  CallReprojection,
  REPROJECTION_BATCH,
  type ReprojectionRequest,
} from '../modules/telephony/webhooks/reprojection/call-reprojection.js';
import { ReprojectionSummary } from '../modules/telephony/webhooks/reprojection/reprojection-summary.js';
import { type ErasureRequest, NumberErasure } from '../modules/telephony/erasures/number-erasure.service.js';
import { CALLS_USAGE, readCallsArguments } from './calls-arguments.js';
import { runCommand } from './command.js';
import { withChangeFeed } from './with-change-feed.js';

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}

/** What the commands work with, on this database. */
function partsOn(dataSource: DataSource, { telephony }: Configuration, feed: ChangeFeed) {
  const { manager } = dataSource;
  const clock = new Clock();
  const receipts = new WebhookReceiptRepository(WebhookReceipt, manager);
  const batches = new CallBatchRepository(
    new ExtensionTimelineRepository(),
    new RecordingLedger(),
    new FigureMarks(clock, telephony),
  );
  const customers = new CustomersService(new CustomerRepository(Customer, manager));
  const tasks = new CallTasksService(
    new CallTaskRepository(CallTask, manager),
    customers,
    feed,
    clock,
    telephony,
  );
  const choices = new CallerChoicesService(new CallerChoiceRepository(CallerChoice, manager));
  const presence = new PresenceRepository(AgentPresence, manager);
  const assignments = new TaskAssignments(presence, tasks, telephony);
  const effects = new CallEffectsService(batches, tasks, customers, assignments, telephony);
  return {
    dataSource,
    calls: new CallRepository(Call, manager),
    callStore: new CallStore(batches, effects, receipts, feed, clock, telephony),
    receipts,
    customerErasure: new CustomerErasure(tasks, choices),
    clock,
    rules: telephony,
  };
}

type Parts = ReturnType<typeof partsOn>;

/** @returns the exit code */
async function carryOut(
  request: ReprojectionRequest | ErasureRequest,
  configuration: Configuration,
): Promise<number> {
  const dataSource = await openDatabase(configuration, say, assertMigrated);
  try {
    return await withChangeFeed(configuration, dataSource, (feed) => {
      const parts = partsOn(dataSource, configuration, feed);
      return 'number' in request
        ? erase(request, parts)
        : new Run(request, new CallReprojection(parts)).finish();
    });
  } finally {
    await dataSource.destroy();
  }
}

/** @returns the exit code: 1 while calls of the number are in progress */
async function erase(request: ErasureRequest, parts: Parts): Promise<number> {
  const { dataSource, calls, callStore, receipts, customerErasure } = parts;
  const audit = new AuditService(new AuditRepository(AuditEntry, dataSource.manager));
  const erasure = new NumberErasure(dataSource, calls, callStore, receipts, customerErasure, audit);
  const counts = await erasure.erase(null, request);
  const verb = request.dryRun ? 'A dry run: would erase' : 'Erased';
  say(`${verb} the number in ${counts.calls} calls, ${counts.receipts} receipts and ${counts.tasks} tasks.`);
  if (counts.callsInProgress === 0) return 0;
  say(`${counts.callsInProgress} calls of the number are in progress: run this again when they are over.`);
  return 1;
}

class Run {
  private readonly summary: ReprojectionSummary;
  /** Where a run that ends now has to be continued. */
  private nextId: number;
  private isInterrupted = false;

  constructor(
    private readonly request: ReprojectionRequest,
    private readonly reprojection: CallReprojection,
  ) {
    this.summary = new ReprojectionSummary(request.isDryRun);
    this.nextId = request.fromId;
  }

  /** @returns the exit code */
  async finish(): Promise<number> {
    const { isDryRun } = this.request;
    const scope = await this.reprojection.scopeOf(this.request);
    const total = await this.reprojection.count(scope);
    say(announcementOf(scope.begunBefore, total, this.request));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        this.isInterrupted = true;
      });
    }
    try {
      for await (const batch of this.reprojection.run(scope, isDryRun)) {
        say(this.summary.add(batch, total));
        this.nextId = batch.lastId + 1;
        if (this.isInterrupted) break;
      }
    } catch (error) {
      process.stderr.write(`Continue it with --from ${this.nextId}. It ended because of this:\n`);
      throw error;
    }
    for (const line of this.summary.lines()) say(line);
    if (this.isInterrupted) say(`Interrupted. Continue it with --from ${this.nextId}`);
    return this.summary.hasFailures || this.isInterrupted ? 1 : 0;
  }
}

function announcementOf(begunBefore: Date | null, total: number, request: ReprojectionRequest): string {
  const which = begunBefore === null ? '' : ` that began before ${begunBefore.toISOString()}`;
  const from = request.fromId > 1 ? ` from call ${request.fromId} on` : '';
  const writes = request.isDryRun ? 'A dry run: nothing is written.' : 'What comes out otherwise is written.';
  const tasks = request.includesRecent
    ? 'Tasks of calls of the last 24 hours follow as after an event; other tasks stay as they are.'
    : 'Tasks of these calls stay as they are.';
  return `Deriving ${total} calls${which}${from} again, ${REPROJECTION_BATCH} in a transaction. ${writes} ${tasks}`;
}

// Of a statement that fails, this command itself says which call it concerns, or why it ends.
Logger.overrideLogger(false);

await runCommand(async () => {
  const request = readCallsArguments(process.argv.slice(2));
  if (request !== 'help') return carryOut(request, loadProcessConfiguration());
  process.stdout.write(CALLS_USAGE);
  return 0;
}, 'node dist/src/cli/calls.js --help');
