import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Dialable } from '../../../src/common/dial-policy.js';
import { loadProcessConfig } from '../../../src/config/load-config.js';
import { DatabaseModule } from '../../../src/database/database.module.js';
import type { AgentIdentity } from '../../../src/modules/auth/agent-identity.js';
import { Call } from '../../../src/modules/telephony/call/call.entity.js';
import type { CallEvent } from '../../../src/modules/telephony/call/call-event.js';
import type { StartCallRequest } from '../../../src/modules/telephony/dto/call-control.dto.js';
import { WebhookReceipt } from '../../../src/modules/telephony/webhooks/webhook-receipt.entity.js';
import { Connector, type Delivered, serve } from './connector.js';

/**
 * Finds the row, changes it, saves it: what an ordinary connector does, on the service's own tables. Nothing keeps two
 * events of one call apart, a repeat counts again, and no task follows.
 */
@Injectable()
class FindThenSave extends Connector {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async take({ route, event, body, sourceAddress }: Delivered): Promise<void> {
    const calls = this.dataSource.getRepository(Call);
    const { externalCallId } = event;
    const call =
      (await calls.findOneBy({ provider: 'bracknet', externalCallId: externalCallId ?? '' })) ??
      calls.create({ provider: 'bracknet', externalCallId, customerPhone: '' });
    applyTo(call, event);
    await calls.save(call);

    const receipts = this.dataSource.getRepository(WebhookReceipt);
    await receipts.save(
      receipts.create({
        deliveryId: randomUUID(),
        route,
        eventType: event.type,
        externalCallId,
        callId: call.id,
        sourceAddress,
        outcome: 'applied',
        body,
        occurredAt: event.occurredAt,
        occurredAtSource: event.timeSource,
      }),
    );
  }

  async start(
    agent: AgentIdentity,
    request: StartCallRequest,
    number: Dialable,
  ): Promise<{ bracknet_call_id: string; telephonyCallId: number }> {
    const calls = this.dataSource.getRepository(Call);
    const call = await calls.save(
      calls.create({
        provider: 'bracknet',
        crmCallId: request.crm_call_id ?? null,
        agentUserId: agent.userId,
        agentPhone: request.agent_extension ?? null,
        customerPhone: request.customer_number,
        customerNumberE164: number.e164,
        direction: 'outbound',
        status: 'initiated',
        startedAt: new Date(),
        meta: { start: { request } },
      }),
    );
    const bracknetCallId = `BN-MOCK-${randomUUID()}`;
    call.externalCallId = bracknetCallId;
    await calls.save(call);
    return { bracknet_call_id: bracknetCallId, telephonyCallId: call.id };
  }
}

function applyTo(call: Call, event: CallEvent): void {
  call.meta = { ...call.meta, [event.type]: event.payload };
  call.agentPhone = event.extension ?? call.agentPhone ?? null;
  if (event.customer !== null) {
    call.customerPhone = event.customer.raw;
    call.customerNumberE164 = event.customer.e164;
  }
  switch (event.type) {
    case 'answered':
      call.status = 'answered';
      call.answeredAt = event.occurredAt;
      break;
    case 'ended':
      call.status = 'completed';
      call.disposition = 'completed';
      call.endedAt = event.occurredAt;
      call.durationSeconds = event.durationSeconds;
      call.endReason = event.endReason;
      break;
    default:
      call.direction = 'inbound';
      call.status = 'ringing';
      call.startedAt = event.occurredAt;
  }
}

const config = loadProcessConfig();
await serve(config, { provide: Connector, useClass: FindThenSave }, [DatabaseModule.register(config)]);
