import type { Page, Route } from 'playwright-core';

/** What the console asks of the call log, newest last; each with its filters alone. */
export function askedOf(page: Page): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/api/telephony/calls') asked.push(url.searchParams);
  });
  return asked;
}

/** Answers requests for pages of the log in place of the service. */
export async function answerLog(page: Page, answer: (query: URLSearchParams, route: Route) => object | null) {
  await page.route(/\/api\/telephony\/calls(?:\?|$)/u, async (route) => {
    const json = answer(new URL(route.request().url()).searchParams, route);
    if (json !== null) await route.fulfill({ json });
  });
}

/** A call of the log as the service lists it. */
export function listedCall(id: number, over: object = {}): object {
  return {
    id,
    externalCallId: `BN-${id}`,
    crmCallId: null,
    taskId: null,
    customerId: null,
    agentUserId: 7,
    agentPhone: '201',
    firstAgentPhone: '201',
    customerPhone: '01712345678',
    customerNumberE164: '+8801712345678',
    direction: 'inbound',
    status: 'completed',
    disposition: 'completed',
    endReason: 'completed',
    startedAt: '2026-01-03T10:00:00.000Z',
    answeredAt: '2026-01-03T10:00:09.000Z',
    endedAt: '2026-01-03T10:01:09.000Z',
    durationSeconds: 60,
    waitSeconds: 9,
    holdSeconds: null,
    hasRecording: false,
    queueName: 'Sales',
    trunkName: 'GP',
    inferred: [],
    ...over,
  };
}
