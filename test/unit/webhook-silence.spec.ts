import { businessHoursSince, readBusinessPeriod } from '../../src/common/time/business-hours.js';
import {
  problemOfSilence,
  type SilenceInputs,
  type SilenceRules,
} from '../../src/modules/metrics/silence/webhook-silence.js';

const ZONE = 'Asia/Dhaka';

function hours(...texts: string[]) {
  return texts.map((text) => readBusinessPeriod(text) ?? fail(text));
}

function fail(text: string): never {
  throw new Error(`${text} is no period`);
}

/** A time of Dhaka; 2026-11-27 is a Friday. */
function at(text: string): Date {
  return new Date(`2026-11-${text.replace(' ', 'T')}:00+06:00`);
}

const RULES: SilenceRules = {
  businessHours: hours('sat-thu 09:00-21:00', 'fri 15:00-21:00'),
  timeZone: ZONE,
  minutes: 60,
  calls: 3,
  callMinutes: 10,
};

const HEARD: SilenceInputs = {
  now: at('26 12:00'),
  startedAt: at('01 00:00'),
  lastWebhookAt: at('26 11:59'),
  noWebhookSince: null,
  unheard: { count: 0, firstAt: null },
  refused: new Map(),
};

function problem(inputs: Partial<SilenceInputs>, rules: Partial<SilenceRules> = {}): string | null {
  return problemOfSilence({ ...HEARD, ...inputs }, { ...RULES, ...rules });
}

describe('business hours', () => {
  it.each([
    ['before they begin', '26 08:59', null],
    ['as they begin', '26 09:00', '26 09:00'],
    ['before they end', '26 20:59', '26 09:00'],
    ['as they end', '26 21:00', null],
    ['on a day with hours of its own', '27 14:59', null],
    ['on that day, as they begin', '27 15:00', '27 15:00'],
    ['at night', '27 03:00', null],
  ])('%s', (_when, now, since) => {
    expect(businessHoursSince(RULES.businessHours, at(now), ZONE)).toEqual(since === null ? null : at(since));
  });

  it.each([
    ['over midnight, in the evening', ['fri 22:00-02:00'], '27 23:30', '27 22:00'],
    ['over midnight, on the next day', ['fri 22:00-02:00'], '28 01:59', '27 22:00'],
    ['over midnight, when they are over', ['fri 22:00-02:00'], '28 02:00', null],
    ['not on the day before them', ['fri 22:00-02:00'], '27 01:00', null],
    ['that touch at midnight', ['fri 18:00-24:00', 'sat 00:00-06:00'], '28 05:00', '27 18:00'],
    ['that overlap', ['09:00-17:00', '12:00-21:00'], '26 20:00', '26 09:00'],
    ['that follow after a break', ['09:00-12:00', '13:00-18:00'], '26 14:00', '26 13:00'],
    ['around the clock', ['00:00-24:00'], '26 14:00', '18 00:00'],
    ['of a single day', ['thu 09:00-10:00'], '26 09:30', '26 09:00'],
    ['of days over the end of the week', ['sat-mon 09:00-10:00'], '29 09:30', '29 09:00'],
  ])('%s', (_which, periods, now, since) => {
    expect(businessHoursSince(hours(...periods), at(now), ZONE)).toEqual(since === null ? null : at(since));
  });

  it('follow the clock of a zone that changes it', () => {
    const now = new Date('2026-03-29T08:00:00Z');
    expect(businessHoursSince(hours('09:00-17:00'), now, 'Europe/Berlin')).toEqual(
      new Date('2026-03-29T07:00:00Z'),
    );
  });
});

describe('silence of the PBX in business hours', () => {
  it.each([
    ['59 minutes after the last webhook', at('26 12:59'), at('26 12:00'), null],
    ['an hour after the last webhook', at('26 13:00'), at('26 12:00'), 60],
    ['59 minutes after the desk opened', at('26 09:59'), at('25 20:00'), null],
    ['an hour after the desk opened', at('26 10:00'), at('25 20:00'), 60],
    ['at night', at('26 23:00'), at('26 12:00'), null],
    ['before the desk opens on Friday', at('27 14:00'), at('26 20:00'), null],
  ])('is a fault only in them and after an hour: %s', (_when, now, lastWebhookAt, minutes) => {
    const wanted =
      minutes === null ? null : `no webhook has been accepted for ${minutes} min of business hours`;
    expect(problem({ now, lastWebhookAt })?.split(',')[0] ?? null).toBe(wanted);
  });

  it('counts around the clock across midnight', () => {
    const rules = { businessHours: hours('00:00-24:00') };
    expect(problem({ now: at('27 00:29'), lastWebhookAt: at('26 23:30') }, rules)).toBeNull();
    expect(problem({ now: at('27 00:30'), lastWebhookAt: at('26 23:30') }, rules)).toContain('60 min');
  });

  it('is measured from the start of the process while no webhook has ever come', () => {
    const startedAt = at('26 11:30');
    expect(problem({ now: at('26 12:29'), lastWebhookAt: null, startedAt })).toBeNull();
    expect(problem({ now: at('26 12:30'), lastWebhookAt: null, startedAt })).toContain(
      'none has come in the last 30 days',
    );
  });

  it('is measured from where the search for one ended, and does not say that none has come', () => {
    const unknown = { lastWebhookAt: null, noWebhookSince: at('26 11:30') };
    expect(problem({ now: at('26 12:29'), ...unknown })).toBeNull();
    const found = problem({ now: at('26 12:30'), ...unknown });
    expect(found).toContain('for 60 min of business hours, only refused ones since 2026-11-26T05:30:00.000Z');
    expect(found).not.toContain('none has come');
  });

  it('is no fault where the hours are not known', () => {
    expect(problem({ now: at('26 20:00') }, { businessHours: [] })).toBeNull();
  });
});

describe('silence of the PBX after calls', () => {
  const unheard = { count: 3, firstAt: at('26 02:00') };

  it('is a fault at any hour, ten minutes after the first of three', () => {
    expect(problem({ now: at('26 02:09'), unheard })).toBeNull();
    expect(problem({ now: at('26 02:10'), unheard })).toContain(
      '3 calls were placed since 2026-11-25T20:00:00.000Z, and no webhook has been accepted since then',
    );
    expect(problem({ now: at('26 02:30'), unheard: { ...unheard, count: 2 } })).toBeNull();
  });

  it('says where to look, and what was refused meanwhile, most first', () => {
    const refused = new Map([
      ['timestamp_too_old', 2],
      ['signature_mismatch', 38],
    ]);
    expect(problem({ now: at('26 02:10'), unheard, refused })).toMatch(
      /; 40 refused here since then \(signature_mismatch 38, timestamp_too_old 2\): docs\/webhooks\.md says .*; check the PBX's webhook settings and secret, the address .*, and the firewall/u,
    );
    expect(problem({ now: at('26 02:10'), unheard })).not.toContain('refused');
  });
});
