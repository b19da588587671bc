import { Injectable } from '@nestjs/common';
import { DataSource, type Repository } from 'typeorm';
import { customerIdOf, e164Of } from '../../../src/common/phone-number.js';
import { dayOf } from '../../../src/common/time/wall-clock.js';
import { CallTask } from '../../../src/modules/crm/call-tasks/call-task.entity.js';
import { Customer } from '../../../src/modules/crm/customers/customer.entity.js';
import { Call } from '../../../src/modules/telephony/calls/call.entity.js';
import { WebhookReceipt } from '../../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import type {
  CallAnsweredDto,
  CallEndedDto,
  CallMissedDto,
  CallRecordingDto,
  IncomingCallDto,
} from './peer-dto.js';

/** Data of the request other than the event. */
export interface DeliveryFacts {
  readonly deliveryId: string;
  readonly route: WebhookReceipt['route'];
  readonly body: Buffer;
  readonly sourceAddress: string;
}

/**
 * Finds the row, changes it and saves it, as a typical connector does, on the service's own tables. It neither locks the row
 * against concurrent events nor uses a transaction.
 */
@Injectable()
export class FindThenSave {
  private readonly calls: Repository<Call>;
  private readonly receipts: Repository<WebhookReceipt>;
  private readonly tasks: Repository<CallTask>;
  private readonly customers: Repository<Customer>;

  constructor(dataSource: DataSource) {
    this.calls = dataSource.getRepository(Call);
    this.receipts = dataSource.getRepository(WebhookReceipt);
    this.tasks = dataSource.getRepository(CallTask);
    this.customers = dataSource.getRepository(Customer);
  }

  incoming(event: IncomingCallDto, facts: DeliveryFacts): Promise<string> {
    return this.once(event, facts, async () => {
      const e164 = e164Of(event.from) ?? '';
      const customer = await this.customerOf(e164);
      return this.change(event.bracknet_call_id, {
        direction: 'inbound',
        status: 'ringing',
        agentPhone: event.to_extension,
        customerPhone: event.from,
        customerNumberE164: e164,
        customerId: customer?.id ?? null,
        startedAt: new Date(event.timestamp),
        meta: { incoming: event },
      });
    });
  }

  answered(event: CallAnsweredDto, facts: DeliveryFacts): Promise<string> {
    return this.once(event, facts, () =>
      this.change(event.bracknet_call_id, {
        status: 'answered',
        agentPhone: event.agent_extension,
        answeredAt: new Date(event.timestamp),
        meta: { answered: event },
      }),
    );
  }

  ended(event: CallEndedDto, facts: DeliveryFacts): Promise<string> {
    return this.once(event, facts, () =>
      this.change(event.bracknet_call_id, {
        status: 'completed',
        disposition: 'completed',
        endedAt: new Date(event.timestamp),
        durationSeconds: event.duration,
        endReason: event.end_reason ?? null,
        meta: { ended: event },
      }),
    );
  }

  recorded(event: CallRecordingDto, facts: DeliveryFacts): Promise<string> {
    return this.once(event, facts, () =>
      this.change(event.bracknet_call_id, {
        recordingUrl: event.recording_url,
        recordingDurationSeconds: event.recording_duration,
        meta: { recording: event },
      }),
    );
  }

  missed(event: CallMissedDto, facts: DeliveryFacts): Promise<string> {
    return this.once(event, facts, async () => {
      const e164 = e164Of(event.from) ?? '';
      const call = await this.calls.findOne({
        where: { customerNumberE164: e164, status: 'ringing' },
        order: { startedAt: 'DESC' },
      });
      if (call === null) throw new Error('A miss of a call that was never announced');
      Object.assign(call, { status: 'failed', disposition: 'missed', endedAt: new Date(event.timestamp) });
      call.meta = { ...call.meta, missed: event };
      await this.calls.save(call);
      await this.leaveTask(e164, `Missed call on ${event.timestamp} at extension ${event.to_extension}.`);
      return call;
    });
  }

  private async leaveTask(e164: string, line: string): Promise<void> {
    const customerId = customerIdOf(e164);
    const pending = await this.tasks.findOneBy({ customerId, callReason: 'missed_call', status: 'pending' });
    const customer = await this.customerOf(e164);
    const task =
      pending === null
        ? this.tasks.create({
            customerId,
            assignedAgentId: customer?.assignedTo ?? null,
            taskDate: dayOf(new Date(), 'Asia/Dhaka'),
            priority: 'warm',
            callReason: 'missed_call',
            status: 'pending',
            notes: line,
          })
        : Object.assign(pending, { priority: 'hot', notes: `${pending.notes ?? ''}\n${line}` });
    await this.tasks.save(task);
  }

  /** Uses the service's index on first phone keys. */
  private customerOf(e164: string): Promise<Customer | null> {
    return this.customers
      .createQueryBuilder('customer')
      .where('(telephony_phone_keys(customer.phone, customer.mobile, customer.source))[1] = :key', {
        key: e164.slice(-10),
      })
      .andWhere('customer.isDeleted IS NOT TRUE')
      .getOne();
  }

  private async change(externalCallId: string, { meta, ...columns }: Partial<Call>): Promise<Call> {
    const call =
      (await this.calls.findOneBy({ provider: 'bracknet', externalCallId })) ??
      this.calls.create({ provider: 'bracknet', externalCallId, customerPhone: '' });
    Object.assign(call, columns, { meta: { ...call.meta, ...meta } });
    return this.calls.save(call);
  }

  private async once(
    event: { readonly event: string; readonly timestamp: string; readonly bracknet_call_id?: string },
    { deliveryId, route, body, sourceAddress }: DeliveryFacts,
    apply: () => Promise<Call>,
  ): Promise<string> {
    if ((await this.receipts.findOneBy({ provider: 'bracknet', deliveryId })) !== null) return 'duplicate';
    const call = await apply();
    await this.receipts.save(
      this.receipts.create({
        deliveryId,
        route,
        eventType: event.event,
        externalCallId: event.bracknet_call_id ?? null,
        callId: call.id,
        sourceAddress,
        outcome: 'applied',
        body,
        occurredAt: new Date(event.timestamp),
        occurredAtSource: 'pbx',
        keyId: 'a1b2c3d4',
      }),
    );
    return 'accepted';
  }
}
