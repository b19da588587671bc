/** A call of `GET /api/telephony/calls`, as far as the page shows it. */
export interface ListedCall {
  readonly id: number;
  readonly externalCallId: string | null;
  readonly crmCallId: string | null;
  readonly taskId: number | null;
  readonly customerId: number | null;
  readonly agentUserId: number | null;
  readonly agentPhone: string | null;
  readonly firstAgentPhone: string | null;
  readonly customerPhone: string;
  readonly customerNumberE164: string | null;
  readonly direction: 'inbound' | 'outbound';
  readonly status: string;
  readonly disposition: string | null;
  readonly endReason: string | null;
  readonly startedAt: string | null;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly durationSeconds: number | null;
  readonly waitSeconds: number | null;
  readonly holdSeconds: number | null;
  readonly hasRecording: boolean;
  readonly queueName: string | null;
  readonly trunkName: string | null;
  readonly inferred: readonly string[];
}

export interface CallPage {
  readonly items: readonly ListedCall[];
  /** null: it was told with the first page. */
  readonly total: number | null;
  /** false: there are more than `total`. */
  readonly totalIsExact: boolean;
  /** A page may be short, or empty, and not the last: only null is the end. */
  readonly nextCursor: string | null;
  /** How far back the service has looked for this page, ISO 8601; null: to the end. */
  readonly examinedTo: string | null;
}
