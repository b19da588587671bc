import type { LookupAddress } from 'node:dns';
import type { Resolver } from '../../src/modules/recordings/pbx/checked-agents.js';

/** Resolves names as a test says: to one list, or to one after the other. Other names do not exist. */
export function resolverOf(names: Readonly<Record<string, readonly (readonly string[])[]>>): Resolver {
  const asked = new Map<string, number>();
  const resolve = (
    name: string,
    _options: unknown,
    callback: (error: Error | null, addresses: LookupAddress[]) => void,
  ): void => {
    const answers = names[name];
    const turn = asked.get(name) ?? 0;
    asked.set(name, turn + 1);
    const addresses = answers?.[Math.min(turn, answers.length - 1)];
    if (addresses === undefined) return callback(new Error('ENOTFOUND'), []);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as unknown as Resolver;
}
