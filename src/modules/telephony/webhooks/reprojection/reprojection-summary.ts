import type { ReprojectedBatch } from './call-reprojection.js';
import type { RowChange } from './row-changes.js';

const MAX_EXAMPLES = 20;

const WOULD = {
  changed: 'would change',
  created: 'would be split off',
  removed: 'would be joined to another',
};
const HAS = { changed: 'changed', created: 'split off', removed: 'joined to another' };

/** What a run has changed, or in a dry run would change, in lines for the operator. */
export class ReprojectionSummary {
  private calls = 0;
  private receipts = 0;
  private readonly ofKind = { changed: 0, created: 0, removed: 0 };
  private readonly ofColumn = new Map<string, number>();
  private readonly examples: string[] = [];
  private readonly failures: string[] = [];

  private readonly words: Readonly<Record<RowChange['kind'], string>>;

  constructor(private readonly isDryRun: boolean) {
    this.words = isDryRun ? WOULD : HAS;
  }

  get hasFailures(): boolean {
    return this.failures.length > 0;
  }

  /** @returns a line of progress. @param total how many calls there are */
  add({ calls, lastId, changes, receipts, failures }: ReprojectedBatch, total: number): string {
    this.calls += calls;
    this.receipts += receipts;
    for (const change of changes) this.addChange(change);
    for (const { callId, reason } of failures) this.failures.push(`  call ${callId}: ${reason}`);
    const { changed, created, removed } = this.ofKind;
    const counts = `${changed} ${this.words.changed}, ${created} ${this.words.created}, ${removed} ${this.words.removed}`;
    return `${this.calls} of ${total} calls, up to call ${lastId}: ${counts}`;
  }

  lines(): string[] {
    const { changed, created, removed } = this.ofKind;
    const columns = [...this.ofColumn].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const counts = [
      `Of ${this.calls} calls ${changed} ${this.words.changed}, ${created} ${this.words.created}, ${removed} ${this.words.removed}.`,
      ...columns.map(([column, count]) => `  ${column}: ${count}`),
      `Receipts whose event is read otherwise: ${this.receipts}`,
    ];
    return [
      ...counts,
      ...(this.examples.length > 0 ? ['Examples:', ...this.examples] : []),
      ...(this.hasFailures ? ['Left as they are, because they could not be derived:', ...this.failures] : []),
    ];
  }

  private addChange({ callId, kind, columns }: RowChange): void {
    this.ofKind[kind] += 1;
    for (const { column } of columns) this.ofColumn.set(column, (this.ofColumn.get(column) ?? 0) + 1);
    if (!this.isDryRun || this.examples.length >= MAX_EXAMPLES) return;
    const example = exampleOf({ callId, kind, columns });
    if (example !== null) this.examples.push(example);
  }
}

/** null: nothing of it can be shown. */
function exampleOf({ callId, kind, columns }: RowChange): string | null {
  if (kind === 'removed') return `  call ${callId}: joined to another`;
  // The id that a new row got was rolled back with it.
  if (kind === 'created') return null;
  const shown = columns.flatMap(({ column, values }) =>
    values === null ? [] : [`${column} ${values.from} -> ${values.to}`],
  );
  return shown.length === 0 ? null : `  call ${callId}: ${shown.join('; ')}`;
}
