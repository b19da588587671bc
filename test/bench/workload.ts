import type { Request } from 'autocannon';
import { agentOf, callIdOf, customerOf, extensionOf, numberOf } from './population.js';

export const WORKLOADS = ['webhook', 'start'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** How the service answers when it has taken the request for new and done all of its work. */
export const ANSWER_OF: Readonly<Record<Workload, string>> = {
  webhook: '"result":"accepted"',
  start: '"status":"success"',
};

/** What one request that was answered so leaves behind: a row of this table. */
export const TABLE_OF: Readonly<Record<Workload, string>> = {
  webhook: 'telephony_webhook_receipts',
  start: 'telephony_calls',
};

/** A customer calls, an agent answers, the call ends: three events to the routes of the contract. */
export function callLife(next: () => number): Request[] {
  let n = 0;
  let startedAt = 0;
  const after = (seconds: number): string => new Date(startedAt + seconds * 1000).toISOString();
  const wait = (): number => 5 + (n % 25);
  const talk = (): number => 15 + (n % 400);
  return [
    post('/api/webhook/bracknet/incoming-call', () => {
      n = next();
      startedAt = Date.now() - (wait() + talk()) * 1000;
      return {
        event: 'incoming_call',
        from: numberOf(customerOf(n)),
        to_extension: extensionOf(agentOf(n)),
        bracknet_call_id: callIdOf(n),
        timestamp: after(0),
      };
    }),
    post('/api/webhook/bracknet/call-answered', () => ({
      event: 'call_answered',
      bracknet_call_id: callIdOf(n),
      agent_extension: extensionOf(agentOf(n)),
      timestamp: after(wait()),
    })),
    post('/api/webhook/bracknet/call-ended', () => ({
      event: 'call_ended',
      bracknet_call_id: callIdOf(n),
      duration: talk(),
      end_reason: 'completed',
      timestamp: after(wait() + talk()),
    })),
  ];
}

/** One agent clicks to call, each time another customer. */
export function clicks(agent: number, token: string, next: () => number): Request[] {
  return [
    {
      ...post('/api/call/start', () => {
        const n = next();
        return {
          agent_extension: extensionOf(agent),
          agent_id: `A${agent}`,
          customer_number: numberOf(customerOf(n)),
          caller_id: 'TrustCart',
          call_type: 'outbound',
          crm_call_id: `CRM-CALL-${n}`,
        };
      }),
      headers: { authorization: `Bearer ${token}` },
    },
  ];
}

function post(path: string, body: () => object): Request {
  return { method: 'POST', path, setupRequest: (request) => ({ ...request, body: JSON.stringify(body()) }) };
}
