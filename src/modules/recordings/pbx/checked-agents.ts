import { lookup as resolve, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { trustIn } from '../../../common/http/trusted-authorities.js';
import type { AddressPolicy } from './address-policy.js';
import { FetchError, FORBIDDEN } from './fetch-error.js';

/** Resolves names; a test gives names that lie. */
export type Resolver = typeof resolve;

/**
 * Agents that connect to allowed addresses only. The name is resolved once, and the connection goes to the address that was
 * checked: a name that changes its address in between gains nothing. No connection is kept, so each request is checked.
 */
export function checkedAgents(
  {
    addresses: policy,
    certificates,
  }: { readonly addresses: AddressPolicy; readonly certificates: readonly string[] },
  resolver: Resolver = resolve,
): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } {
  const options: AgentOptions = { keepAlive: false };
  Object.assign(options, { lookup: checkedLookup(policy, resolver) });
  return {
    httpAgent: checked(new HttpAgent(options), policy),
    httpsAgent: checked(new HttpsAgent({ ...options, ...trustIn(certificates) }), policy),
  };
}

/** Refuses a name when any of its addresses is forbidden: which one is used is not ours to choose. */
function checkedLookup(policy: AddressPolicy, resolver: Resolver): LookupFunction {
  return (hostname, options, callback) => {
    resolver(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => policy.allows(address, hostname))) {
        return callback(forbiddenAddress(), '', 0);
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

type Connecting = (options: { host?: string | null }, ...rest: unknown[]) => unknown;

/** No name is resolved for a literal address, so `lookup` does not see it. */
function checked<Agent extends HttpAgent>(agent: Agent, policy: AddressPolicy): Agent {
  const connecting = agent as unknown as { createConnection: Connecting };
  const connect = connecting.createConnection.bind(agent);
  connecting.createConnection = (options, ...rest) => {
    const host = options.host ?? '';
    const written = host.includes(':') ? `[${host}]` : host;
    if (isIP(host) !== 0 && !policy.allows(host, written)) throw forbiddenAddress();
    return connect(options, ...rest);
  };
  return agent;
}

export function forbiddenAddress(): FetchError {
  return new FetchError(FORBIDDEN.network);
}
