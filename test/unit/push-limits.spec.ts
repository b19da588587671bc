import fc from 'fast-check';
import {
  SocketLimits,
  type SocketPlace,
  UNJOINED_BOUNDS,
} from '../../src/modules/realtime/gateway/socket-limits.js';
import { isAllowedOrigin } from '../../src/modules/realtime/gateway/socket-origin.js';

const BOUNDS = { inAll: 30, perUser: 4 };

function entered(limits: SocketLimits, network: string): SocketPlace {
  const place = limits.enter(network);
  if (typeof place === 'string') throw new Error(place);
  return place;
}

describe('limits of sockets', () => {
  it('are for each network until a socket joins', () => {
    const limits = new SocketLimits(BOUNDS);
    const places = Array.from({ length: UNJOINED_BOUNDS.perNetwork }, () => entered(limits, 'a'));
    expect(limits.enter('a')).toBe('address_crowded');
    expect(limits.enter('b')).toEqual({ network: 'b', userId: null, hasLeft: false });
    expect(limits.join(places[0] as SocketPlace, 7)).toBeNull();
    expect(limits.enter('a')).toEqual({ network: 'a', userId: null, hasLeft: false });
  });

  it('are for all networks together', () => {
    const limits = new SocketLimits(BOUNDS);
    for (let n = 0; n < UNJOINED_BOUNDS.inAll; n += 1) entered(limits, `network ${n}`);
    expect(limits.enter('another')).toBe('unjoined_crowded');
  });

  it('are for each user and for all users', () => {
    const limits = new SocketLimits({ inAll: 5, perUser: 4 });
    const join = (userId: number) => limits.join(entered(limits, `of ${userId}`), userId);
    expect([join(7), join(7), join(7), join(7), join(7)]).toEqual([null, null, null, null, 'user_crowded']);
    expect([join(8), join(9)]).toEqual([null, 'crowded']);
  });

  it('count no socket that joins after it has left, and none twice that leaves twice', () => {
    const limits = new SocketLimits(BOUNDS);
    for (let n = 0; n < 2 * BOUNDS.inAll; n += 1) {
      const place = entered(limits, 'a');
      limits.leave(place);
      limits.leave(place);
      expect(limits.join(place, 7)).toBe('left');
    }
    for (let n = 0; n < BOUNDS.perUser; n += 1) expect(limits.join(entered(limits, 'a'), 7)).toBeNull();
    for (let n = 0; n < UNJOINED_BOUNDS.perNetwork; n += 1) entered(limits, 'a');
    expect(limits.enter('a')).toBe('address_crowded');
  });

  it('have room again for whatever has left, in any order', () => {
    const act = fc.record({
      act: fc.constantFrom('enter', 'join', 'leave'),
      pick: fc.nat(),
      user: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const limits = new SocketLimits(BOUNDS);
        const places: SocketPlace[] = [];
        for (const { act: what, pick, user } of acts) {
          const place = places[pick % Math.max(1, places.length)];
          if (what === 'enter') {
            const got = limits.enter(`network ${user}`);
            if (typeof got !== 'string') places.push(got);
          } else if (place !== undefined && what === 'join' && place.userId === null) {
            limits.join(place, user);
          } else if (place !== undefined && what === 'leave') {
            limits.leave(place);
            places.splice(places.indexOf(place), 1);
          }
          const joined = places.filter(({ userId }) => userId !== null);
          expect(joined.length).toBeLessThanOrEqual(BOUNDS.inAll);
          expect(joined.filter(({ userId }) => userId === user).length).toBeLessThanOrEqual(BOUNDS.perUser);
        }
        for (const place of places) limits.leave(place);
        for (let n = 0; n < UNJOINED_BOUNDS.perNetwork; n += 1) entered(limits, 'network 0');
        expect(limits.enter('network 0')).toBe('address_crowded');
      }),
    );
  });
});

describe('an origin', () => {
  it.each([
    [undefined, 'crm.example.com', true],
    ['https://crm.example.com', 'telephony.example.com', true],
    ['https://telephony.example.com', 'telephony.example.com', true],
    ['https://telephony.example.com', 'Telephony.Example.com', true],
    ['http://localhost:3000', 'localhost:3000', true],
    ['http://localhost:3001', 'localhost:3000', false],
    ['https://evil.example.com', 'telephony.example.com', false],
    ['https://crm.example.com.evil.example.com', 'telephony.example.com', false],
    ['null', 'telephony.example.com', false],
    ['', '', false],
    ['https://evil.example.com', undefined, false],
  ])('%s at the host %s may open a socket: %s', (origin, host, allowed) => {
    expect(isAllowedOrigin(origin, host, ['https://crm.example.com'])).toBe(allowed);
  });
});
