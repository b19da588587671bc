import { effect } from '@preact/signals';
import { api } from '../../../api/api.js';
import { isLive, client, refreshes } from '../../../live/telephony.js';
import { Loaded } from '../../../parts/loaded.js';

/** A task of `GET /api/crm/call-tasks/due`, as far as it is shown. */
export interface DueTask {
  readonly id: number;
  readonly customerId: string;
  readonly customerName: string | null;
  /** E.164. */
  readonly customerNumber: string | null;
  /** `YYYY-MM-DD` */
  readonly taskDate: string;
  readonly priority: string;
  readonly callReason: string | null;
  readonly status: string;
  readonly notes: string | null;
}

/** What the user has to do by today. It is kept while a call is shown, so that it is there at once afterwards. */
export const due = new Loaded(async () => (await api.get<{ items: DueTask[] }>('crm/call-tasks/due')).items);

/** Several messages at once, such as of one call, are one reading. */
const GATHER_MS = 400;
let timer: ReturnType<typeof setTimeout> | null = null;

function loadSoon(): void {
  if (timer !== null) return;
  timer = setTimeout(() => {
    timer = null;
    void due.load();
  }, GATHER_MS);
}

client.on('task', loadSoon);
effect(() => {
  if (isLive.value && refreshes.value > 0) void due.load();
});
