import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RejectionLog } from '../../src/modules/telephony/webhooks/ingress/rejection-log.js';

describe('the rejection log', () => {
  let told: string[];
  let log: RejectionLog;

  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void told.push(String(line)));
    log = new RejectionLog();
  });
  afterEach(() => {
    log.onApplicationShutdown();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('logs the first rejection of a reason at once, and a summary of the others once a minute', () => {
    for (let i = 1; i <= 1000; i += 1) log.rejected('signature_mismatch', `203.0.113.${i % 256}`);
    log.wouldBeRejected('time_too_old', '203.0.113.7');
    expect(told).toEqual([
      'Webhook rejected (signature_mismatch), from 203.0.113.1',
      'Webhook accepted that enforce mode would reject (time_too_old), from 203.0.113.7',
    ]);
    jest.advanceTimersByTime(60_000);
    expect(told.slice(2)).toEqual([
      '999 more webhooks rejected (signature_mismatch), the last from 203.0.113.232',
    ]);
  });

  it('logs nothing for a minute without rejections, after which the next one is logged at once', () => {
    log.rejected('address_not_allowed', '203.0.113.7');
    jest.advanceTimersByTime(120_000);
    expect(told).toHaveLength(1);
    log.rejected('address_not_allowed', '203.0.113.8');
    expect(told).toHaveLength(2);
  });

  it('logs the remaining summary when the service shuts down', () => {
    log.rejected('header_missing', '203.0.113.7');
    log.rejected('header_missing', '203.0.113.8');
    log.onApplicationShutdown();
    expect(told.at(-1)).toBe('1 more webhooks rejected (header_missing), the last from 203.0.113.8');
  });
});
