/** A packet as engine.io received it, before socket.io parses it. */
export interface ClientPacket {
  readonly type: string;
  readonly data?: unknown;
}

/** CONNECT of socket.io to our namespace, or to the root namespace, whose refusal says where to connect. */
const CONNECT = /^0(?:\/telephony)?(?:[,{]|$)/u;

const DISCONNECT = /^1\/telephony,?$/u;

/** Whether socket.io may be given this packet as the first one of a connection. */
export function asksToJoin({ type, data }: ClientPacket): boolean {
  return type === 'message' && typeof data === 'string' && CONNECT.test(data);
}

/** Whether a joined client may send this packet: it answers pings, and leaves. */
export function isOfListener({ type, data }: ClientPacket): boolean {
  return type === 'pong' || (type === 'message' && typeof data === 'string' && DISCONNECT.test(data));
}
