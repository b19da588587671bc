import {
  CALL_EVENT_TYPE_OF,
  EVENT_TYPE_OF_ROUTE,
  eventNameOf,
  type WebhookRoute,
} from '../bracknet/bracknet-event.js';

const ROUTES = Object.keys(EVENT_TYPE_OF_ROUTE) as (keyof typeof EVENT_TYPE_OF_ROUTE)[];

/** The route of an event: that of the name in `event`, or else the one-shot route. */
export function routeOf(payload: unknown): WebhookRoute {
  const written =
    typeof payload === 'object' && payload !== null && 'event' in payload ? payload.event : null;
  const name = typeof written === 'string' ? eventNameOf(written) : null;
  const type = name === null ? undefined : CALL_EVENT_TYPE_OF[name];
  return ROUTES.find((route) => EVENT_TYPE_OF_ROUTE[route] === type) ?? 'one-shot';
}

/** The path to post an event of this route to. */
export function pathOf(route: WebhookRoute): string {
  return route === 'one-shot' ? '/api/telephony/webhook/bracknet' : `/api/webhook/bracknet/${route}`;
}
