import { CALL_EVENT_TYPE_OF, EVENT_TYPE_OF_ROUTE, eventNameOf } from '../bracknet/bracknet-event.js';

const ONE_SHOT = '/api/telephony/webhook/bracknet';

/** The path to post an event to: the route of the name in `event`, or else the one-shot route. */
export function addressOf(payload: unknown): string {
  const written =
    typeof payload === 'object' && payload !== null && 'event' in payload ? payload.event : null;
  const name = typeof written === 'string' ? eventNameOf(written) : null;
  const type = name === null ? undefined : CALL_EVENT_TYPE_OF[name];
  const route = Object.entries(EVENT_TYPE_OF_ROUTE).find(([, ofRoute]) => ofRoute === type)?.[0];
  return route === undefined ? ONE_SHOT : `/api/webhook/bracknet/${route}`;
}
