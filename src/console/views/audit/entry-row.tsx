import { formatCount, formatFullMoment } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Badge } from '../../parts/badge.js';
import { LifeLink } from '../../parts/life-link.js';
import type { AuditEntry } from './types.js';
import { among, auditWords } from './words.js';

const KINDS = { done: 'good', refused: 'warn', failed: 'danger' } as const;

/** One act, as a sentence and what there is to follow it up by. */
export function EntryRow({ entry }: { readonly entry: AuditEntry }) {
  const t = auditWords();
  const { at, userId, role, address, action, subject, outcome, code, requestId } = entry;
  const callId = /^call:(\d+)$/u.exec(subject)?.[1];
  return (
    <li class="audit-entry card">
      <p class="audit-act">
        <strong>{userId === null ? t.operator : supervisorWords().user(userId)}</strong>{' '}
        <span class="small">{among(t.roles, role)}</span>
      </p>
      <p class="audit-what">{among(t.actions, action)}</p>
      <p>
        <Badge kind={KINDS[outcome]}>{t.outcomes[outcome]}</Badge>
      </p>
      <time class="audit-time small" dateTime={at}>
        {formatFullMoment(at)}
      </time>
      <p class="audit-more small">
        {callId === undefined ? <code>{subject}</code> : <LifeLink callId={Number(callId)} />}
        {address !== null && <span>{t.from(address)}</span>}
        {code !== null && (
          <span>
            {t.because} <code>{code}</code>
          </span>
        )}
        {requestId !== null && (
          <span>
            {t.request} <code>{requestId}</code>
          </span>
        )}
        <Exported of={entry.details ?? null} />
      </p>
    </li>
  );
}

function Exported({ of: details }: { readonly of: AuditEntry['details'] }) {
  const t = auditWords();
  if (details === null || details === undefined) return null;
  const filters = Object.entries(details.filter).map(([name, value]) => `${name}=${String(value)}`);
  return (
    <>
      <span>
        {formatCount(details.rows, t.rows)}, {among(t.ends, details.end)}
      </span>
      {filters.length > 0 && (
        <span>
          {t.filtered} <code>{filters.join(' ')}</code>
        </span>
      )}
    </>
  );
}
