/** `GET /api/telephony/calls/{id}/life`, as far as the page shows it. */
export type ColumnValue = string | number | readonly (string | number)[] | null;

export interface LifeReceipt {
  readonly id: string;
  readonly event: string | null;
  readonly deliveryId: string;
  readonly state: 'applied' | 'ignored' | 'quarantined' | 'failed' | 'dead' | 'discarded';
  readonly receivedAt: string;
  readonly eventAt: string | null;
  readonly clock: 'ahead' | 'behind' | 'no-time' | null;
  readonly clockSkewSeconds: number | null;
  readonly ignoredFields: readonly string[];
  readonly erased: boolean;
  readonly counted: boolean;
}

export interface Change {
  readonly column: string;
  readonly from: ColumnValue;
  readonly to: ColumnValue;
}

export interface LifeEntry {
  readonly kind:
    | 'receipt'
    | 'report'
    | 'start'
    | 'former'
    | 'transfer'
    | 'inferred-end'
    | 'hangup'
    | 'customer'
    | 'clear'
    | 'erased';
  readonly at: string;
  readonly receipt: LifeReceipt | null;
  readonly reported: string | null;
  readonly act: {
    readonly userId: number | null;
    readonly outcome: string;
    readonly code: string | null;
  } | null;
  readonly rule: string | null;
  readonly sentence: string | null;
  readonly changes: readonly Change[];
}

export interface Explanation {
  readonly column: string;
  readonly value: ColumnValue;
  readonly rule: string;
  readonly basis: 'reported' | 'requested' | 'computed' | 'inferred' | 'unknown';
  readonly sentence: string;
  readonly entries: readonly number[];
}

export interface CallLife {
  readonly id: number;
  readonly erasedAt: string | null;
  readonly identity: {
    readonly externalCallId: string | null;
    readonly otherCallIds: readonly number[];
    readonly otherExternalIds: readonly string[];
    readonly unnamedMisses: number;
  };
  readonly receiptCount: number;
  readonly receiptsLeftOut: number;
  readonly entries: readonly LifeEntry[];
  readonly why: readonly Explanation[];
  readonly differences: readonly {
    readonly column: string;
    readonly stored: ColumnValue;
    readonly derived: ColumnValue;
  }[];
  readonly effects: readonly {
    readonly effect: string;
    readonly at: string;
    readonly taskIds: readonly number[];
    readonly inferred: boolean;
  }[];
  readonly tasks: readonly {
    readonly id: number;
    readonly status: string | null;
    readonly lines: readonly string[];
  }[];
}
