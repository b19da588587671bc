import { createSecretKey, randomBytes } from 'node:crypto';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { agentOf, extensionOf } from '../population.js';
import { Connection } from './connection.js';
import type { Acceptance, Load, LoadParameters } from './load-generator.js';
import { Pace } from './pace.js';
import { clickOfCall, eventsOfCall, type Sequence } from './requests.js';
import { keyOf } from './signature.js';
import { ResponseCounter } from './response-counter.js';
import { wallClock } from '../wall-clock.js';

/** Creates the requests of the n-th call for this connection. */
type SequenceFactory = (n: number, connection: number) => Sequence;

/** Requests prepared before the measurement; creates further ones on demand. */
class RequestPool {
  private readonly prepared: Sequence[] = [];
  private next: number;

  constructor(
    firstCall: number,
    private readonly make: SequenceFactory,
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

/** Runs a load. Each connection sends the events of one call at a time, in their order. */
export async function runLoad(parameters: LoadParameters): Promise<Load> {
  const { port } = new URL(parameters.url);
  // Clicks depend on the agent of the connection, so they cannot be prepared.
  const prepared = parameters.workload === 'clicks' ? 0 : parameters.prepared;
  const pool = new RequestPool(parameters.firstCall, await sequenceFactoryOf(parameters), prepared);
  const responses = new ResponseCounter(parameters.workload, parameters.allowsRejection);
  const connections = await Promise.all(
    Array.from({ length: parameters.connections }, () => Connection.open(Number(port))),
  );

  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + parameters.seconds * 1000;
  const { requestsPerSecond } = parameters;
  const pace = requestsPerSecond === null ? null : new Pace(requestsPerSecond, startedAt);
  const run: Run = { endsAt, pace, responses, accepted: [] };
  await Promise.all(
    connections.map(async (opened, index) => {
      let connection = opened;
      while (performance.now() < endsAt) {
        if (!connection.isOpen) connection = await Connection.open(Number(port));
        await send(pool.take(index), connection, run);
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const total = responses.total(seconds);
  const answers = total.succeeded + total.refused + total.failed;
  return { ...total, accepted: run.accepted, generatorCpuMicros: (user + system) / answers };
}

interface Run {
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
  readonly pace: Pace | null;
  readonly responses: ResponseCounter;
  readonly accepted: Acceptance[];
}

async function send(
  sequence: Sequence,
  connection: Connection,
  { endsAt, pace, responses, accepted }: Run,
): Promise<void> {
  for (const [step, request] of sequence.requests.entries()) {
    await pace?.turn();
    const sentAt = performance.now();
    if (sentAt >= endsAt) return;
    try {
      const answer = await connection.send(request);
      if (!responses.answered(answer, performance.now() - sentAt)) continue;
      accepted.push([sequence.call, step, wallClock()]);
      if (step === 0) responses.calls += 1;
      else if (sequence.missedCustomer !== null) responses.missedCustomers.add(sequence.missedCustomer);
    } catch (error) {
      responses.failed(`not answered: ${(error as Error).message}`);
      return;
    }
  }
}

async function sequenceFactoryOf({
  workload,
  url,
  connections,
  webhookSecret,
  jwtSecret,
}: LoadParameters): Promise<SequenceFactory> {
  const { host } = new URL(url);
  if (workload !== 'clicks') {
    const key = workload === 'forged' ? createSecretKey(randomBytes(32)) : keyOf(webhookSecret);
    return (n) => eventsOfCall(n, host, key);
  }
  // Each connection is another agent, because an agent starts one call at a time.
  const agents = await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const agent = agentOf(index);
      const claims = { userId: agent, role: 'agent', extension: extensionOf(agent) };
      return { agent, token: await issueToken({ jwtSecret }, claims) };
    }),
  );
  return (n, connection) => {
    const { agent, token } = agents[connection] ?? { agent: 0, token: '' };
    return clickOfCall(n, host, agent, token);
  };
}
