import { Client } from 'pg';
import { serveBare, setting } from './bare-http.js';
import { INSERT_MANY, type Receipt, receiptOf, RECEIPTS } from './receipt.js';

/**
 * The least work for a server that answers only after the commit: one statement inserts all waiting receipts as soon as the
 * connection is free. It does not process events, fails on duplicates and logs nothing.
 */
class BatchedReceipts {
  private waiting: {
    readonly receipt: Receipt;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  private isWriting = false;

  constructor(private readonly client: Client) {}

  store(receipt: Receipt): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ receipt, resolve, reject });
      if (!this.isWriting) void this.write();
    });
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const values = RECEIPTS.valuesOf(batch.map(({ receipt }) => receipt));
        await this.client.query({ name: 'insert-receipts', text: INSERT_MANY, values });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isWriting = false;
  }
}

const client = new Client({ connectionString: setting('DATABASE_URL') });
await client.connect();
const receipts = new BatchedReceipts(client);
serveBare((webhook) => receipts.store(receiptOf(webhook)));
