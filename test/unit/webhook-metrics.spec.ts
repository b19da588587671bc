import { Registry } from 'prom-client';
import { EVENT_RESULTS, RETRY_RESULTS, WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { CALL_EVENT_TYPES } from '../../src/modules/telephony/calls/domain/call-event.js';
import { samplesOf } from '../support/samples.js';

let registry: Registry;
let metrics: WebhookMetrics;

beforeEach(() => {
  registry = new Registry();
  metrics = new WebhookMetrics(registry);
});

async function samples(): Promise<Map<string, number>> {
  return samplesOf(await registry.metrics());
}

describe('events', () => {
  it('are counted by type and result, from 0', async () => {
    metrics.event('answered', 'accepted');
    metrics.event('answered', 'accepted');
    metrics.event('missed', 'conflict');
    const counted = await samples();
    expect(counted.get('telephony_webhook_events_total{type="answered",result="accepted"}')).toBe(2);
    expect(counted.get('telephony_webhook_events_total{type="missed",result="conflict"}')).toBe(1);
    expect(counted.get('telephony_webhook_events_total{type="ended",result="failed"}')).toBe(0);
  });

  it('go on being counted after a scrape', async () => {
    metrics.event('ended', 'accepted');
    await samples();
    metrics.event('ended', 'accepted');
    expect((await samples()).get('telephony_webhook_events_total{type="ended",result="accepted"}')).toBe(2);
  });

  it('of unknown types and without a type share one series: the set of series is closed', async () => {
    const before = (await samples()).size;
    for (const type of ['01712345678', '__proto__', 'constructor', 'ANSWERED', '', null]) {
      metrics.event(type, 'quarantined');
    }
    const counted = await samples();
    expect(counted.get('telephony_webhook_events_total{type="unknown",result="quarantined"}')).toBe(6);
    expect(counted.size).toBe(before);
    const events = [...counted.keys()].filter((name) => name.startsWith('telephony_webhook_events_total'));
    expect(events).toHaveLength((CALL_EVENT_TYPES.length + 1) * EVENT_RESULTS.length);
  });
});

describe('what is counted by one label', () => {
  it.each([
    ['telephony_webhook_refused_total', 'reason', (value: string) => metrics.rejected(value)],
    [
      'telephony_webhook_would_have_refused_total',
      'reason',
      (value: string) => metrics.wouldBeRejected(value),
    ],
    ['telephony_webhook_key_used_total', 'key_id', (value: string) => metrics.keyUsed(value)],
    ['telephony_webhook_ignored_fields_total', 'field', (value: string) => metrics.fieldIgnored(value)],
    ['telephony_webhook_unknown_events_total', 'name', (value: string) => metrics.unknownEvent(value)],
    ['telephony_swept_calls_total', 'rule', (value: string) => metrics.swept(value, 1)],
  ])('%s has 33 series at most, whatever it is told', async (name, label, count) => {
    count('first');
    for (let nth = 0; nth < 500; nth += 1) count(`value-${nth}`);
    count('first');
    const counted = [...(await samples())].filter(([sample]) => sample.startsWith(`${name}{`));
    expect(counted).toHaveLength(33);
    expect(new Map(counted).get(`${name}{${label}="first"}`)).toBe(2);
    expect(new Map(counted).get(`${name}{${label}="other"}`)).toBe(469);
  });

  it.each(['', 'two words', 'a"quote', 'x'.repeat(65), 'new\nline'])('%j is no label', async (value) => {
    metrics.rejected(value);
    expect((await samples()).get('telephony_webhook_refused_total{reason="other"}')).toBe(1);
  });

  it('sweeps count calls, not sweeps', async () => {
    metrics.swept('ringing', 3);
    metrics.swept('ringing', 4);
    expect((await samples()).get('telephony_swept_calls_total{rule="ringing"}')).toBe(7);
  });

  it('retries begin at 0 for every result', async () => {
    metrics.retried('dead');
    const counted = await samples();
    expect(
      RETRY_RESULTS.map((result) => counted.get(`telephony_webhook_retries_total{result="${result}"}`)),
    ).toEqual([0, 0, 1]);
  });
});

describe('batches', () => {
  it('are observed by size and by time', async () => {
    metrics.batch(1, 0.004);
    metrics.batch(60, 0.2);
    const counted = await samples();
    expect(counted.get('telephony_webhook_batch_size_sum')).toBe(61);
    expect(counted.get('telephony_webhook_batch_size_bucket{le="1"}')).toBe(1);
    expect(counted.get('telephony_webhook_batch_size_bucket{le="64"}')).toBe(2);
    expect(counted.get('telephony_webhook_commit_seconds_bucket{le="0.005"}')).toBe(1);
    expect(counted.get('telephony_webhook_commit_seconds_count')).toBe(2);
  });
});

describe('gauges', () => {
  it('show nothing before there is something to show', async () => {
    const counted = await samples();
    for (const name of [
      'webhook_clock_skew_seconds',
      'event_clock_skew_seconds',
      'webhook_queue_depth',
      'webhook_queue_limit',
    ]) {
      expect(counted.has(`telephony_${name}`)).toBe(false);
    }
    expect([metrics.queue(), metrics.verification()]).toEqual([null, null]);
  });

  it('show the latest clock skew, behind as below 0', async () => {
    metrics.skew(12.5);
    metrics.skew(-3);
    expect((await samples()).get('telephony_webhook_clock_skew_seconds')).toBe(-3);
  });

  it('show the clock skew of the latest event, and what readiness reads is the same', async () => {
    expect(metrics.latestEventSkew()).toBeNull();
    metrics.eventSkew(21_600);
    metrics.eventSkew(-0.5);
    expect((await samples()).get('telephony_event_clock_skew_seconds')).toBe(-0.5);
    expect(metrics.latestEventSkew()).toBe(-0.5);
  });

  it('look at the queue when they are asked', async () => {
    let depth = 0;
    metrics.watchQueue(() => ({ depth, limit: 2000, isFull: false }));
    depth = 17;
    const counted = await samples();
    expect(counted.get('telephony_webhook_queue_depth')).toBe(17);
    expect(counted.get('telephony_webhook_queue_limit')).toBe(2000);
    expect(metrics.queue()).toEqual({ depth: 17, limit: 2000, isFull: false });
  });

  it('report the verification mode, and `off` before it is set', async () => {
    expect((await samples()).get('telephony_webhook_signature_info{mode="off",profile="none"}')).toBe(1);
    metrics.watchVerification(() => ({ mode: 'enforce', profile: 'standard', keyIds: ['k1'] }));
    const info = [...(await samples())].filter(([name]) =>
      name.startsWith('telephony_webhook_signature_info'),
    );
    expect(info).toEqual([['telephony_webhook_signature_info{mode="enforce",profile="standard"}', 1]]);
  });
});

it('two applications in one process count apart', async () => {
  const other = new Registry();
  new WebhookMetrics(other).event('missed', 'accepted');
  const missed = 'telephony_webhook_events_total{type="missed",result="accepted"}';
  expect([(await samples()).get(missed), samplesOf(await other.metrics()).get(missed)]).toEqual([0, 1]);
});
