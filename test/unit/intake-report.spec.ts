import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { Clock } from '../../src/common/time/clock.js';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { IntakeReport } from '../../src/modules/telephony/webhooks/inbox/intake-report.js';
import { readDelivery } from '../../src/modules/telephony/webhooks/inbox/webhook-delivery.js';
import { samplesOf } from '../support/samples.js';

const NOON = Date.parse('2026-01-03T12:00:00Z');

describe('the report of what could not be used', () => {
  let registry: Registry;
  let report: IntakeReport;
  let now: number;
  let warnings: string[];

  beforeEach(() => {
    registry = new Registry();
    now = NOON;
    warnings = [];
    const clock: Clock = { now: () => new Date(now) };
    report = new IntakeReport(new WebhookMetrics(registry), clock);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: string) => void warnings.push(line));
  });
  afterEach(() => jest.restoreAllMocks());

  function add(body: object): void {
    report.add(
      readDelivery(
        {
          route: 'one-shot',
          body: Buffer.from(JSON.stringify(body)),
          sourceAddress: '::1',
          signedId: null,
          keyId: null,
        },
        { provider: 'bracknet', receivedAt: new Date(now), timeZone: 'Asia/Dhaka' },
      ),
    );
  }

  const ended = (secondsAhead: number) =>
    add({ event: 'ended', id: 'BN-1', timestamp: new Date(now + secondsAhead * 1000).toISOString() });

  async function sample(name: string): Promise<number | undefined> {
    return samplesOf(await registry.metrics()).get(name);
  }

  it('counts ignored fields by the name of the field, whichever of its names was used', async () => {
    add({ event: 'ended', id: 'BN-1', duration: 'long', recordingUrl: '/a.wav' });
    add({ event: 'ended', id: 'BN-1', recording_url: '/a.wav' });
    expect(await sample('telephony_webhook_ignored_fields_total{field="recording_url"}')).toBe(2);
    expect(await sample('telephony_webhook_ignored_fields_total{field="duration"}')).toBe(1);
  });

  it('warns of a clock that is off once per hour, and shows the latest skew', async () => {
    ended(21_600);
    ended(21_601);
    expect(warnings).toEqual([expect.stringMatching(/21600 s in the future.*Check the clock/u)]);
    now += 3_599_000;
    ended(21_600);
    expect(warnings).toHaveLength(1);
    now += 1_000;
    ended(-601);
    expect(warnings).toEqual([expect.any(String), expect.stringMatching(/601 s after it happened/u)]);
    expect(await sample('telephony_event_clock_skew_seconds')).toBe(-601);
  });

  it('does not warn of clocks that differ a little, or of events without a time', async () => {
    ended(120);
    ended(-600);
    add({ event: 'ended', id: 'BN-1' });
    expect(warnings).toEqual([]);
    expect(await sample('telephony_event_clock_skew_seconds')).toBe(-600);
  });

  it('counts unknown events by name, in one spelling, and logs the first of each', async () => {
    for (const event of ['coffee.ready', 'CoffeeReady', 'COFFEE-READY', 'agent_login']) add({ event });
    expect(await sample('telephony_webhook_unknown_events_total{name="coffee_ready"}')).toBe(3);
    expect(await sample('telephony_webhook_unknown_events_total{name="agent_login"}')).toBe(1);
    expect(warnings).toEqual([
      expect.stringContaining('"coffee.ready"'),
      expect.stringContaining('"agent_login"'),
    ]);
  });

  it('limits the names that it counts and logs', async () => {
    const name = (nth: number) => `new_${String.fromCharCode(97 + (nth % 26))}${Math.floor(nth / 26)}`;
    for (let nth = 0; nth < 500; nth += 1) add({ event: name(nth) });
    const counted = [...samplesOf(await registry.metrics())].filter(([text]) =>
      text.startsWith('telephony_webhook_unknown_events_total'),
    );
    expect(counted).toHaveLength(31);
    expect(new Map(counted).get('telephony_webhook_unknown_events_total{name="other"}')).toBe(470);
    expect(warnings).toHaveLength(31);
  });

  it('shows no phone number, neither as a label nor in the log', async () => {
    for (const event of ['01712345678', 'call from 017-123-456-78', '০১৭১২৩৪৫৬৭৮']) add({ event });
    const text = (await registry.metrics()) + warnings.join();
    expect(text).not.toMatch(/1712345|123_456|017-123|১২৩৪৫/u);
    expect(await sample('telephony_webhook_unknown_events_total{name="other"}')).toBe(2);
  });
});
