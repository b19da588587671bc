import { useId, useState } from 'preact/hooks';
import { wordOfCall } from '../../../i18n/call-values.js';
import { weekdayName } from '../../../i18n/format.js';
import { seesAllCalls } from '../../../live/telephony.js';
import { Choice, Choices } from '../../../parts/fields/choices.js';
import { logWords } from '../words.js';
import { type FilterName, type Filters, valuesOf } from './filters.js';
import { PeriodFields } from './period-fields.js';
import { SelectField, TextField } from '../../../parts/fields/fields.js';

const STATUSES = ['initiated', 'ringing', 'answered', 'completed', 'failed', 'missed'];
const DIRECTIONS = ['inbound', 'outbound'];
const DISPOSITIONS = [
  'answered',
  'completed',
  'missed',
  'abandoned',
  'busy',
  'no_answer',
  'canceled',
  'failed',
  'answered_elsewhere',
];
const WEEKDAYS = ['1', '2', '3', '4', '5', '6', '7'];

/** Texts that may name several values, in the order in which they are shown. */
const SEVERAL = [
  'extension',
  'agentUserId',
  'queueName',
  'trunkName',
  'endReason',
  'hour',
] as const satisfies readonly FilterName[];

/** Texts that name one. */
const SINGLE = [
  'minWait',
  'maxWait',
  'minDuration',
  'maxDuration',
  'taskId',
  'customerId',
  'externalCallId',
  'crmCallId',
] as const satisfies readonly FilterName[];

/** Filters that stand behind "More filters". */
const MORE: readonly FilterName[] = [
  ...SEVERAL,
  ...SINGLE,
  'figure',
  'disposition',
  'weekday',
  'hasRecording',
];

interface FormProps {
  readonly filters: Filters;
  /** @param change '' as a value: without that filter */
  readonly onChange: (change: Filters) => void;
}

/** What is chosen holds at once; what is typed, with Enter or when the field is left. */
export function FilterForm({ filters, onChange }: FormProps) {
  const t = logWords();
  const hint = useId();
  const [isOpen] = useState(() => MORE.some((name) => filters[name] !== undefined));
  // On a narrow page the list comes first.
  const [isWide] = useState(() => matchMedia('(min-width: 60rem)').matches);
  const several = (name: FilterName, values: readonly string[], word: (value: string) => string) => (
    <Choices
      title={t[name as 'status']}
      of={values}
      chosen={valuesOf(filters, name)}
      word={word}
      onChoose={(chosen) => onChange({ [name]: chosen.join(',') })}
    />
  );
  const text = (name: (typeof SEVERAL)[number] | (typeof SINGLE)[number]) => (
    <TextField
      key={name}
      title={t.texts[name]}
      value={filters[name]}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <form class="card" role="search" aria-label={t.filters} onSubmit={(event) => event.preventDefault()}>
      <details open={isWide}>
        <summary>{t.filters}</summary>
        <div class="log-filters">
          <div class="log-filter-grid">
            <TextField
              title={t.number}
              hint={t.numberHint}
              kind="tel"
              value={filters.customerPhone}
              onChange={(customerPhone) => onChange({ customerPhone })}
            />
            <PeriodFields filters={filters} onChange={onChange} />
          </div>
          {several('status', STATUSES, wordOfCall)}
          <div class="row">
            {several('direction', DIRECTIONS, wordOfCall)}
            <Choice
              isChosen={filters.missedUnanswered === 'true'}
              onChoose={(isChosen) => onChange({ missedUnanswered: isChosen ? 'true' : '' })}
            >
              {t.missedUnanswered}
            </Choice>
          </div>
          <details open={isOpen}>
            <summary>{t.more}</summary>
            <div class="log-more">
              {several('disposition', DISPOSITIONS, wordOfCall)}
              {several('weekday', WEEKDAYS, (day) => weekdayName(Number(day)))}
              <div class="log-several" role="group" aria-describedby={hint}>
                <p id={hint} class="small">
                  {t.severalHint}
                </p>
                <div class="log-filter-grid">
                  {SEVERAL.filter((name) => name !== 'agentUserId' || seesAllCalls.value).map(text)}
                </div>
              </div>
              <div class="log-filter-grid">
                {SINGLE.map(text)}
                <SelectField
                  title={t.hasRecording}
                  options={t.recordings}
                  value={filters.hasRecording ?? ''}
                  onChange={(hasRecording) => onChange({ hasRecording })}
                />
                <SelectField
                  title={t.figure}
                  options={t.figures}
                  value={filters.figure ?? ''}
                  onChange={(figure) => onChange({ figure })}
                />
              </div>
            </div>
          </details>
        </div>
      </details>
    </form>
  );
}
