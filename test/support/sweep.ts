import { CallSweeper } from '../../src/modules/telephony/calls/call-sweeper.service.js';
import type { TestApp } from './app.js';

/** Runs the sweeper as if the open calls had had no activity for this long; by default longer than every limit. */
export async function closeOpenCalls(app: TestApp, idleSeconds = 86_400): Promise<void> {
  await app.db.query(
    `UPDATE telephony_calls SET updated_at = now() - make_interval(secs => $1)
      WHERE status IN ('initiated', 'ringing', 'answered')`,
    [idleSeconds],
  );
  await app.nest.get(CallSweeper).sweepAll();
}
