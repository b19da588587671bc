import { TestApp, SUPERVISOR } from './app.js';
import type { WebhookReceipt } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import type { Webhook } from './webhook-lives.js';

export const ADDRESS = '/api/telephony/webhook-receipts';

/** Requests of supervisors about receipts, and ways to create receipts that need a decision. */
export class ReceiptDesk {
  constructor(private readonly app: TestApp) {}

  async get(query: string) {
    const { status, body } = await this.app.get(ADDRESS + query, SUPERVISOR);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  }

  async ids(query: string): Promise<string[]> {
    const { items } = await this.get(query);
    return items.map(({ id }: { id: string }) => id);
  }

  async replay(id: string, body: object = {}, who = SUPERVISOR) {
    const answer = await this.app.post(`${ADDRESS}/${id}/replay`, body, who);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body;
  }

  discard(id: string, reason: unknown = 'test call of the vendor', who = SUPERVISOR) {
    return this.app.post(`${ADDRESS}/${id}/discard`, { reason }, who);
  }

  async receipt(id: string): Promise<WebhookReceipt> {
    const found = (await this.app.receipts()).find((each) => each.id === id);
    if (found === undefined) throw new Error(`There is no receipt ${id}`);
    return found;
  }

  /** Sends the webhook as invalid JSON. @returns the id of its receipt */
  async quarantine({ route, body }: Webhook): Promise<string> {
    const faulty = JSON.stringify(body).replace('{', '{{');
    expect((await this.app.webhook(route, faulty)).body.code).toBe('WEBHOOK_INVALID');
    return (await this.app.receipts()).find(({ outcome }) => outcome === 'quarantined')?.id ?? '';
  }

  /** Makes the receipt's body valid, as if a new release could parse it. */
  async fix(id: string, { body }: Webhook): Promise<void> {
    await this.app.db.query('UPDATE telephony_webhook_receipts SET body = $2 WHERE id = $1', [
      id,
      Buffer.from(JSON.stringify(body)),
    ]);
  }

  /** Sends an event while no call can be written. @returns the id of its receipt, which is dead and not retried */
  async kill({ route, body }: Webhook): Promise<string> {
    await this.app.db.query('ALTER TABLE telephony_calls ADD CONSTRAINT ck_none CHECK (false) NOT VALID');
    expect((await this.app.webhook(route, body)).status).toBe(200);
    await this.app.db.query(
      `UPDATE telephony_webhook_receipts SET outcome = 'dead', attempts = 12, next_attempt_at = NULL
        WHERE outcome = 'failed'`,
    );
    return (await this.app.receipts()).find(({ outcome }) => outcome === 'dead')?.id ?? '';
  }

  async heal(): Promise<void> {
    await this.app.db.query('ALTER TABLE telephony_calls DROP CONSTRAINT IF EXISTS ck_none');
  }

  /** Log lines about decisions of supervisors and their access to numbers. */
  auditLines(): unknown[] {
    return this.app.log.filter(
      ({ context }) => context === 'WebhookReceiptsService' || context === 'BulkDiscard',
    );
  }
}
