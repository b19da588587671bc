import { api } from '../../api/api.js';
import { formatMoment, formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { useLoaded } from '../../parts/loaded.js';
import { Empty, Shown } from '../../parts/states.js';
import { ClearCall } from './clear-call.js';
import { entryId, LifeEntries } from './life-entries.js';
import { Value } from './value.js';
import type { CallLife, Explanation } from './types.js';
import { lifeWords, sentenceOf, wordOfColumn, wordOfEffect } from './words.js';

export function LifeOfCall({ id }: { readonly id: number }) {
  const t = lifeWords();
  const loaded = useLoaded(id, () => api.get<CallLife>(`telephony/calls/${id}/life`));
  return (
    <div class="life">
      <header class="life-head">
        <h1>{supervisorWords().lifeOf(id)}</h1>
        <a href="#/calls">{t.back}</a>
      </header>
      <Shown of={loaded} lines={8}>
        {(life) => (
          <>
            <Identity life={life} />
            <ClearCall life={life} onDone={() => void loaded.load()} />
            <div class="life-columns">
              <section class="card" aria-labelledby="life-entries">
                <h2 id="life-entries">{t.entries}</h2>
                {life.receiptsLeftOut > 0 && (
                  <p class="small">
                    {t.leftOut(formatNumber(life.receiptsLeftOut), formatNumber(life.receiptCount))}
                  </p>
                )}
                {life.entries.length === 0 ? <Empty title={t.noEntries} /> : <LifeEntries life={life} />}
              </section>
              <div class="life-side">
                <Caused life={life} />
                <Why life={life} />
              </div>
            </div>
          </>
        )}
      </Shown>
    </div>
  );
}

function Identity({ life }: { readonly life: CallLife }) {
  const t = lifeWords();
  const { externalCallId, otherCallIds, otherExternalIds, unnamedMisses } = life.identity;
  return (
    <>
      {life.erasedAt !== null && <p class="life-remark is-warn">{t.erasedAt(formatMoment(life.erasedAt))}</p>}
      <dl class="life-facts small">
        <div>
          <dt>{t.pbxId}</dt>
          <dd>
            <code>{externalCallId ?? '–'}</code>
          </dd>
        </div>
        {otherExternalIds.length > 0 && (
          <div>
            <dt>{t.otherIds}</dt>
            <dd>
              <code>{otherExternalIds.join(', ')}</code>
            </dd>
          </div>
        )}
        {otherCallIds.length > 0 && (
          <div>
            <dt>{t.sameId}</dt>
            <dd class="row">
              {otherCallIds.map((other) => (
                <a key={other} href={`#/calls/${other}`}>
                  {supervisorWords().lifeOf(other)}
                </a>
              ))}
            </dd>
          </div>
        )}
        {unnamedMisses > 0 && (
          <div>
            <dt>{t.unnamed}</dt>
            <dd>{formatNumber(unnamedMisses)}</dd>
          </div>
        )}
      </dl>
      <p class="small">{t.masked}</p>
    </>
  );
}

function Why({ life }: { readonly life: CallLife }) {
  const t = lifeWords();
  return (
    <section class="card" aria-labelledby="life-why">
      <h2 id="life-why">{t.why}</h2>
      <dl class="life-why">
        {life.why.map((one) => (
          <div key={one.column}>
            <dt>
              <span class="small">{wordOfColumn(one.column)}</span>
              <strong>
                <Value column={one.column} value={one.value} />
              </strong>
            </dt>
            <dd>
              <p>{sentenceOf(one.rule, one.sentence)}</p>
              <Origins life={life} of={one} />
            </dd>
          </div>
        ))}
      </dl>
      {life.differences.length > 0 && (
        <div class="life-remark is-warn">
          <p>{t.differs}</p>
          <ul>
            {life.differences.map(({ column, stored, derived }) => (
              <li key={column}>
                {wordOfColumn(column)}: <Value column={column} value={stored} /> →{' '}
                <Value column={column} value={derived} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

/** What the value rests on, with a jump to the entry. */
function Origins({ life, of: { entries, basis } }: { readonly life: CallLife; readonly of: Explanation }) {
  const t = lifeWords();
  return (
    <p class="small row">
      <span>{t.bases[basis]}</span>
      {entries.map((index) => (
        <button key={index} type="button" class="link" onClick={() => showEntry(index)}>
          {t.entry(formatNumber(index + 1), formatMoment(life.entries[index]?.at ?? 0))}
        </button>
      ))}
    </p>
  );
}

/** Not by the address, which names the view. */
function showEntry(index: number): void {
  const entry = document.getElementById(entryId(index));
  entry?.focus();
  entry?.scrollIntoView({ block: 'center' });
}

function Caused({ life }: { readonly life: CallLife }) {
  const t = lifeWords();
  return (
    <section class="card" aria-labelledby="life-caused">
      <h2 id="life-caused">{t.caused}</h2>
      {life.effects.length === 0 ? (
        <p class="small">{t.nothingCaused}</p>
      ) : (
        <ul class="life-effects">
          {life.effects.map(({ effect, at, taskIds, inferred }) => (
            <li key={effect}>
              {wordOfEffect(effect, taskIds)}
              {taskIds.length > 0 && ` · ${t.tasks(taskIds.join(', '))}`}
              <span class="small">
                {formatMoment(at)}
                {inferred && ` · ${t.byInferredEnd}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {life.tasks.map(({ id, status, lines }) => (
        <div key={id} class="life-task">
          <h3>
            {t.task(id)} <span class="small">{wordOfStatus(status)}</span>
          </h3>
          {lines.length > 0 && (
            <ul class="small" lang="en">
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

/** A word of the CRM that is not known here is shown as it is. */
function wordOfStatus(status: string | null): string {
  const t = lifeWords();
  if (status === null) return t.taskGone;
  const words: Partial<Record<string, string>> = t.taskStates;
  return words[status] ?? status;
}
