import type { ComponentChildren } from 'preact';
import { openDial } from '../../../app/dial/dial-state.js';
import { wordOfCall } from '../../../i18n/call-values.js';
import { formatDuration, formatFullMoment } from '../../../i18n/format.js';
import { supervisorWords } from '../../../i18n/supervisor.js';
import { Badge } from '../../../parts/badge.js';
import { Button } from '../../../parts/button.js';
import { LifeLink } from '../../../parts/life-link.js';
import { dialled, numberOf } from '../../../parts/phone.js';
import { Recordings } from '../../../parts/recordings.js';
import type { ListedCall } from '../types.js';
import { logWords } from '../words.js';

type Fact = keyof ReturnType<typeof logWords>['facts'];

/** Under which name of a column the service says that it inferred a value. */
const COLUMNS: Partial<Record<Fact, string>> = {
  startedAt: 'started_at',
  answeredAt: 'answered_at',
  endedAt: 'ended_at',
  durationSeconds: 'duration_seconds',
  waitSeconds: 'wait_seconds',
  holdSeconds: 'hold_seconds',
};

/** What is known of a call, its recordings, and what can be done about it. */
export function CallDetails({ id, call }: { readonly id: string; readonly call: ListedCall }) {
  const t = logWords();
  const number = numberOf(call);
  return (
    <div id={id} class="log-details">
      <dl class="log-facts">
        {factsOf(call).map(({ fact, value }) => (
          <div key={fact}>
            <dt class="small">{t.facts[fact]}</dt>
            <dd>
              {value} {call.inferred.includes(COLUMNS[fact] ?? '') && <Badge kind="warn">{t.inferred}</Badge>}
            </dd>
          </div>
        ))}
      </dl>
      {call.hasRecording && <Recordings callId={call.id} />}
      <div class="row">
        {number !== null && (
          <Button needsConnection needsPhone onClick={() => openDial(dialled(number))}>
            {call.direction === 'inbound' ? t.callBack : t.callAgain}
          </Button>
        )}
        <LifeLink callId={call.id} />
      </div>
    </div>
  );
}

function factsOf(call: ListedCall): { readonly fact: Fact; readonly value: ComponentChildren }[] {
  const moment = (at: string | null): string | null => (at === null ? null : formatFullMoment(at));
  const time = (seconds: number | null): string | null => (seconds === null ? null : formatDuration(seconds));
  const values: Record<Fact, ComponentChildren> = {
    direction: wordOfCall(call.direction),
    startedAt: moment(call.startedAt),
    answeredAt: moment(call.answeredAt),
    endedAt: moment(call.endedAt),
    waitSeconds: time(call.waitSeconds),
    durationSeconds: time(call.durationSeconds),
    holdSeconds: time(call.holdSeconds),
    agentPhone: call.agentPhone,
    firstAgentPhone: call.firstAgentPhone === call.agentPhone ? null : call.firstAgentPhone,
    agentUserId: call.agentUserId === null ? null : supervisorWords().user(call.agentUserId),
    queueName: call.queueName,
    trunkName: call.trunkName,
    endReason: call.endReason === null ? null : <code>{call.endReason}</code>,
    taskId: call.taskId,
    customerId: call.customerId,
    externalCallId: call.externalCallId === null ? null : <code>{call.externalCallId}</code>,
    crmCallId: call.crmCallId === null ? null : <code>{call.crmCallId}</code>,
  };
  return (Object.keys(values) as Fact[]).flatMap((fact) =>
    values[fact] === null ? [] : [{ fact, value: values[fact] }],
  );
}
