import { Clock } from '../../src/common/time/clock.js';
import { CallRepository } from '../../src/modules/telephony/calls/call.repository.js';
import { CallStore } from '../../src/modules/telephony/calls/call-store.js';
import { WebhookReceiptRepository } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.repository.js';
import {
  CallReprojection,
  type ReprojectedBatch,
  type ReprojectionRequest,
} from '../../src/modules/telephony/webhooks/reprojection/call-reprojection.js';
import type { TestApp } from './app.js';

/** Derives the calls again, as the command does, with the parts of this application. */
export async function reprojectCallsOf(
  app: TestApp,
  request: Partial<ReprojectionRequest> = {},
): Promise<Omit<ReprojectedBatch, 'lastId'>> {
  const reprojection = new CallReprojection({
    dataSource: app.db,
    calls: app.nest.get(CallRepository),
    callStore: app.nest.get(CallStore),
    receipts: app.nest.get(WebhookReceiptRepository),
    clock: app.nest.get(Clock),
    rules: { provider: 'bracknet', businessTimeZone: 'Asia/Dhaka', allowsLocalRecordings: false },
  });
  const scope = await reprojection.scopeOf({
    fromId: 1,
    includesRecent: false,
    isDryRun: false,
    ...request,
  });
  const batches: ReprojectedBatch[] = [];
  for await (const batch of reprojection.run(scope, request.isDryRun ?? false)) batches.push(batch);
  return {
    calls: batches.reduce((sum, { calls }) => sum + calls, 0),
    changes: batches.flatMap(({ changes }) => changes),
    receipts: batches.reduce((sum, { receipts }) => sum + receipts, 0),
    failures: batches.flatMap(({ failures }) => failures),
  };
}

/** Everything that a reprojection may change, without what every write changes. */
export async function rowsOf(app: TestApp): Promise<unknown[]> {
  const calls = await app.calls();
  const receipts = await app.receipts();
  return [calls, receipts, await app.tasks()];
}
