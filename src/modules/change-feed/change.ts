/** What was committed, by ids: whoever shows it reads the rows again, so an announcement can be lost, late or twice. */
export interface Change {
  readonly calls?: readonly ChangedCall[];
  /** Ids of `crm_call_tasks`. */
  readonly tasks?: readonly number[];
  /** Users whose presence changed. */
  readonly presence?: readonly number[];
  /** The extensions, their holders or their members changed. */
  readonly extensions?: true;
  /** The list of withdrawn tokens changed. */
  readonly revocations?: true;
}

export interface ChangedCall {
  readonly id: number;
  /** Users who have or had the call, or had it before this change. */
  readonly users: readonly number[];
  /** Extensions that have or had it, likewise. */
  readonly extensions: readonly string[];
  /** The row is gone. into: the call that it was merged into; null: none. */
  readonly removed?: { readonly into: number | null };
}
