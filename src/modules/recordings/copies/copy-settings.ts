import type { DownloadLimits } from './download.js';

export interface CopySettings {
  /** Of the copies; partial files are in `tmp/` of it. */
  readonly folder: string;
  readonly limits: DownloadLimits;
  /** null: copies are never removed by age. */
  readonly retentionDays: number | null;
  /** false: the jobs are not started. */
  readonly isScheduled: boolean;
}

export const COPY_SETTINGS = Symbol('COPY_SETTINGS');

export const FETCH_LIMITS = {
  /** 200 MiB: four days of telephone speech as MP3, or three and a half hours as uncompressed WAV. */
  bytes: 200 * 1024 * 1024,
  milliseconds: 5 * 60_000,
} as const satisfies DownloadLimits;

/** Longest wait for the headers of an answer of the PBX. */
export const HEADERS_MS = 10_000;
