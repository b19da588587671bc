import type { LiveCall } from '../../client/wire.js';
import { LISTED_COLUMNS, type ListedCall } from '../telephony/calls/dto/call.dto.js';

type Columns = Pick<ListedCall, (typeof LISTED_COLUMNS)[number]>;

/** A call as messages and the snapshot show it. */
export function toLiveCall(row: ListedCall): LiveCall {
  const columns = Object.fromEntries(LISTED_COLUMNS.map((column) => [column, row[column]])) as Columns;
  return {
    ...columns,
    hasRecording: columns.recordingUrl !== null,
    recordingUrl: null,
    startedAt: isoOf(columns.startedAt),
    answeredAt: isoOf(columns.answeredAt),
    endedAt: isoOf(columns.endedAt),
    createdAt: columns.createdAt.toISOString(),
    updatedAt: columns.updatedAt.toISOString(),
  } satisfies LiveCall;
}

function isoOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
