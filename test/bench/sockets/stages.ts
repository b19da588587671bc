import type { LiveCall } from '../../../src/client/wire.js';
import type { PbxEvent } from '../load/workload.js';

/** How far a call has come: rings, is answered, is over, has its recording. */
export type Stage = 1 | 2 | 3 | 4;

const STAGE_AFTER: Readonly<Record<PbxEvent['route'], Stage>> = {
  'incoming-call': 1,
  'call-answered': 2,
  'call-ended': 3,
  'call-missed': 3,
  'call-recording': 4,
};

/** Where an event takes its call. */
export function stageAfter({ route }: PbxEvent): Stage {
  return STAGE_AFTER[route];
}

export function stageOf({ status, hasRecording }: Pick<LiveCall, 'status' | 'hasRecording'>): Stage {
  if (hasRecording) return 4;
  if (status === 'completed' || status === 'failed') return 3;
  return status === 'answered' ? 2 : 1;
}
