import fc from 'fast-check';
import { isOpen, LiveCalls } from '../../src/client/live-calls.js';
import type { LiveCall } from '../../src/client/wire.js';
import { liveCall } from '../support/push-server.js';

type Message = { readonly call: LiveCall } | { readonly gone: number };

/** A server that changes calls of one user, and remembers what it has sent. */
class Calls {
  readonly visible = new Map<number, LiveCall>();
  readonly sent: Message[] = [];
  private version = 0;

  change({ id, kind }: Change): void {
    if (kind === 'gone') {
      this.visible.delete(id);
      this.sent.push({ gone: id });
      return;
    }
    const call = liveCall({ id, status: kind, version: ++this.version });
    this.visible.set(id, call);
    this.sent.push({ call });
  }

  get open(): LiveCall[] {
    return [...this.visible.values()].filter(isOpen).sort((a, b) => b.id - a.id);
  }
}

interface Change {
  readonly id: number;
  readonly kind: 'ringing' | 'answered' | 'completed' | 'failed' | 'gone';
}

const changes = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom<Change['kind']>('ringing', 'answered', 'completed', 'failed', 'gone'),
  }),
  { maxLength: 20 },
);

function deliver(client: LiveCalls, message: Message, server: Calls): void {
  if ('gone' in message) return client.remove(message.gone);
  const { id } = message.call;
  const asked = client.mark();
  if (!client.apply(message.call)) client.settle(id, server.visible.get(id) ?? null, asked);
}

function takeSnapshot(client: LiveCalls, server: Calls): void {
  const asked = client.mark();
  for (const id of client.applySnapshot(server.open, asked)) {
    client.settle(id, server.visible.get(id) ?? null, asked);
  }
}

describe('the calls that a client knows', () => {
  it('are the newest of what was sent, in any order and with any repetition', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })), { minLength: 1 }),
        (sent) => {
          const client = new LiveCalls();
          const newest = new Map<number, number>();
          for (const [id, version] of sent) {
            client.apply(liveCall({ id, version }));
            newest.set(id, Math.max(version, newest.get(id) ?? 0));
          }
          const { calls } = client.current();
          expect(new Map(calls.map(({ id, version }) => [id, version]))).toEqual(newest);
        },
      ),
    );
  });

  it('are those of the server after a snapshot, whatever was lost, repeated or out of order before', () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.nat()), (all, choice) => {
        const server = new Calls();
        for (const change of all) server.change(change);
        const client = new LiveCalls();
        for (let i = 0; i < 2 * all.length; i++) {
          const message = server.sent[(choice.next().value ?? 0) % server.sent.length];
          if (message !== undefined) deliver(client, message, server);
        }
        takeSnapshot(client, server);
        expect(client.current().calls).toEqual(server.open);
      }),
    );
  });

  it('are those of the server when it changes while the snapshot is on its way', () => {
    fc.assert(
      fc.property(changes, changes, changes, fc.nat(), (missed, beforeAnswer, afterAnswer, delay) => {
        const server = new Calls();
        const client = new LiveCalls();
        for (const change of missed) server.change(change);
        client.applySnapshot(server.open, client.mark());
        for (const change of missed) server.change(change);

        // Joined: from here on each message arrives, in its order, but the snapshot at any time after it was made.
        const joined = server.sent.length;
        const asked = client.mark();
        for (const change of beforeAnswer) server.change(change);
        const answer = server.open;
        for (const change of afterAnswer) server.change(change);
        const messages = server.sent.slice(joined);
        const arrival = delay % (messages.length + 1);
        for (const message of messages.slice(0, arrival)) deliver(client, message, server);
        for (const id of client.applySnapshot(answer, asked)) {
          const reading = client.mark();
          client.settle(id, server.visible.get(id) ?? null, reading);
        }
        for (const message of messages.slice(arrival)) deliver(client, message, server);
        expect(client.current().calls).toEqual(server.open);
      }),
    );
  });

  it('do not come back by a late message after they have ended or gone', () => {
    const client = new LiveCalls();
    client.apply(liveCall({ id: 1, version: 3, status: 'completed' }));
    client.apply(liveCall({ id: 2, version: 3 }));
    client.remove(2);
    client.apply(liveCall({ id: 1, version: 2 }));
    client.apply(liveCall({ id: 2, version: 2 }));
    expect(client.current().calls).toEqual([]);
  });

  it('that are absent from a snapshot are to be read, unless a message came after it was asked for', () => {
    const client = new LiveCalls();
    client.apply(liveCall({ id: 1 }));
    client.apply(liveCall({ id: 2 }));
    const asked = client.mark();
    client.apply(liveCall({ id: 2 }));
    client.apply(liveCall({ id: 3 }));
    expect(client.applySnapshot([], asked)).toEqual([1]);
  });

  it('are the same objects until one changes', () => {
    const client = new LiveCalls();
    client.apply(liveCall({ id: 1, version: 2 }));
    const before = client.current();
    client.apply(liveCall({ id: 1, version: 2 }));
    client.apply(liveCall({ id: 1, version: 1 }));
    expect(client.current()).toBe(before);
    client.apply(liveCall({ id: 1, version: 3 }));
    expect(client.current()).not.toBe(before);
  });

  it('show the last 20 that ended, and stay bounded over a long day', () => {
    const client = new LiveCalls();
    client.apply(liveCall({ id: 1 }));
    for (let id = 2; id <= 3000; id++) client.apply(liveCall({ id, status: 'completed' }));
    const { calls, ended } = client.current();
    expect(calls.map(({ id }) => id)).toEqual([1]);
    expect(ended.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => 3000 - i));
    // Forgotten after 1,000 others: a late message of the second call is taken for a new one.
    client.apply(liveCall({ id: 2999, version: 0 }));
    client.apply(liveCall({ id: 2, version: 0 }));
    expect(client.current().calls.map(({ id }) => id)).toEqual([2, 1]);
  });
});
