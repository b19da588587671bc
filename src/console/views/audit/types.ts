/** An entry of `GET /api/telephony/audit`. */
export interface AuditEntry {
  readonly at: string;
  /** null: an operator at the command line. */
  readonly userId: number | null;
  readonly role: string;
  readonly address: string | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly requestId: string | null;
  /** Of exports: what was exported. */
  readonly details?: {
    readonly format: string;
    readonly filter: Readonly<Record<string, unknown>>;
    readonly rows: number;
    readonly end: string;
  } | null;
}

export interface AuditPage {
  readonly items: readonly AuditEntry[];
  readonly nextCursor: string | null;
}

type Outcome = 'done' | 'refused' | 'failed';
