import { CALL_EVENT_TYPE_OF, EVENT_TYPE_OF_ROUTE } from '../bracknet/bracknet-event.js';

const ONE_SHOT = '/api/telephony/webhook/bracknet';

/** The path to post an event to: the route of the name in `event`, or else the one-shot route. */
export function addressOf(payload: unknown): string {
  const name = typeof payload === 'object' && payload !== null && 'event' in payload ? payload.event : null;
  if (typeof name !== 'string' || !Object.hasOwn(CALL_EVENT_TYPE_OF, name)) return ONE_SHOT;
  const type = CALL_EVENT_TYPE_OF[name];
  const route = Object.entries(EVENT_TYPE_OF_ROUTE).find(([, ofRoute]) => ofRoute === type)?.[0];
  return route === undefined ? ONE_SHOT : `/api/webhook/bracknet/${route}`;
}
