export interface WrongField {
  readonly field: string;
  readonly problem: string;
}

/** A receipt of `GET /api/telephony/webhook-receipts`, as far as the page shows it. */
export interface Receipt {
  readonly id: string;
  readonly route: string;
  readonly eventType: string | null;
  readonly externalCallId: string | null;
  readonly callId: number | null;
  readonly sourceAddress: string;
  readonly keyId: string | null;
  readonly outcome: 'applied' | 'ignored' | 'quarantined' | 'failed' | 'dead' | 'discarded';
  readonly errorCode: string | null;
  readonly errorDetails: readonly WrongField[] | null;
  readonly receivedAt: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly decidedBy: number | null;
  readonly decisionReason: string | null;
}

export interface ReceiptPage {
  readonly items: readonly Receipt[];
  readonly nextCursor: string | null;
}

/** The answer to a replay. */
export interface Replay {
  readonly result: 'applied' | 'refused' | 'settled';
  readonly callId: number | null;
  readonly details: readonly WrongField[] | null;
  readonly changes: readonly {
    readonly callId: number | null;
    readonly kind: 'changed' | 'created' | 'removed';
    readonly columns: readonly {
      readonly column: string;
      readonly from: string | null;
      readonly to: string | null;
    }[];
  }[];
}

/** The answer to a discard by filter. */
export interface DiscardedAll {
  readonly discarded: number;
  readonly remaining: number;
}
