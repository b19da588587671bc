import { createSecretKey, randomBytes } from 'node:crypto';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { agentOf, extensionOf } from '../population.js';
import { Connection } from './connection.js';
import type { Load, LoadOrder } from './load-generator.js';
import { clickOfCall, eventsOfCall, type Sequence } from './requests.js';
import { keyOf } from './signature.js';
import { Tally } from './tally.js';

/** Makes what the n-th call sends, on the so manieth connection. */
type Maker = (n: number, connection: number) => Sequence;

/** Requests made before the clock starts, and more of them as long as somebody asks. */
class Supply {
  private readonly prepared: Sequence[] = [];
  private next: number;

  constructor(
    firstCall: number,
    private readonly make: Maker,
    requests: number,
  ) {
    this.next = firstCall;
    for (let made = 0; made < requests;) {
      const sequence = this.make(this.next, 0);
      this.next += 1;
      made += sequence.requests.length;
      this.prepared.push(sequence);
    }
    this.prepared.reverse();
  }

  take(connection: number): Sequence {
    const prepared = this.prepared.pop();
    if (prepared !== undefined) return prepared;
    this.next += 1;
    return this.make(this.next - 1, connection);
  }
}

/** Carries out one order. Each connection is busy with one call at a time, and that call's events come in their order. */
export async function runLoad(order: LoadOrder): Promise<Load> {
  const { port } = new URL(order.url);
  // A click is its agent's own, and so is made when that agent is free.
  const prepared = order.workload === 'clicks' ? 0 : order.prepared;
  const supply = new Supply(order.firstCall, await makerOf(order), prepared);
  const tally = new Tally(order.workload, order.mayRefuse);
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => Connection.open(Number(port))),
  );

  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + order.seconds * 1000;
  await Promise.all(
    connections.map(async (opened, index) => {
      let connection = opened;
      while (performance.now() < endsAt) {
        if (!connection.isOpen) connection = await Connection.open(Number(port));
        await send(supply.take(index), connection, endsAt, tally);
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const total = tally.total(seconds);
  const answers = total.succeeded + total.refused + total.failed;
  return { ...total, generatorCpuMicros: (user + system) / answers };
}

async function send(sequence: Sequence, connection: Connection, endsAt: number, tally: Tally): Promise<void> {
  for (const [step, request] of sequence.requests.entries()) {
    const sentAt = performance.now();
    if (sentAt >= endsAt) return;
    try {
      const answer = await connection.send(request);
      if (!tally.answered(answer, performance.now() - sentAt)) continue;
      if (step === 0) tally.calls += 1;
      else if (sequence.missedCustomer !== null) tally.missedCustomers.add(sequence.missedCustomer);
    } catch (error) {
      tally.failed(`not answered: ${(error as Error).message}`);
      return;
    }
  }
}

async function makerOf({ workload, url, connections, webhookSecret, jwtSecret }: LoadOrder): Promise<Maker> {
  const { host } = new URL(url);
  if (workload !== 'clicks') {
    const key = workload === 'forged' ? createSecretKey(randomBytes(32)) : keyOf(webhookSecret);
    return (n) => eventsOfCall(n, host, key);
  }
  // An agent starts one call at a time: each connection is another agent.
  const agents = await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const agent = agentOf(index);
      const who = { userId: agent, role: 'agent', extension: extensionOf(agent) };
      return { agent, token: await issueToken({ jwtSecret }, who) };
    }),
  );
  return (n, connection) => {
    const { agent, token } = agents[connection] ?? { agent: 0, token: '' };
    return clickOfCall(n, host, agent, token);
  };
}
