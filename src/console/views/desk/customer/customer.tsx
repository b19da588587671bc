import { formatDuration, formatMoney, formatWhen } from '../../../i18n/format.js';
import { now } from '../../../live/clock.js';
import { LifeLink } from '../../../parts/life-link.js';
import type { Loaded } from '../../../parts/loaded.js';
import { Empty, Shown } from '../../../parts/states.js';
import { TaskLine } from '../work/task-line.js';
import { customerWords } from './customer-words.js';
import { Orders } from './orders.js';
import type { Pop, PopCall } from './pop.js';

/** What the CRM knows of who calls. */
export function Customer({ pop, isWithheld }: { readonly pop: Loaded<Pop>; readonly isWithheld: boolean }) {
  const t = customerWords();
  return (
    <section class="card stack" aria-labelledby="customer-title">
      <h2 id="customer-title">{t.title}</h2>
      <Shown of={pop} lines={8}>
        {(value) =>
          isWithheld && value.customer === null ? (
            <Empty title={t.withheld}>{t.withheldHint}</Empty>
          ) : (
            <Known pop={value} />
          )
        }
      </Shown>
    </section>
  );
}

function Known({ pop }: { readonly pop: Pop }) {
  const t = customerWords();
  const { customer, guestOrders, tasks, calls, cart, leftOut, matchCount, choice } = pop;
  const canReadOrders = !leftOut.some(({ part }) => part === 'orders');
  return (
    <>
      {matchCount === 0 && <Empty title={t.unknown}>{t.unknownHint}</Empty>}
      {matchCount > 1 && choice === null && <p>{t.choose}</p>}
      {!canReadOrders && <p class="small">{t.notReadable}</p>}
      {customer?.orderHistory && (
        <Orders title={t.orders} orders={customer.orderHistory} empty={t.noOrders} />
      )}
      {guestOrders !== null && guestOrders.count > 0 && <Orders title={t.guest} orders={guestOrders} />}
      {cart !== null && cart.total !== null && <p>{t.cart(formatMoney(cart.total))}</p>}
      {tasks.length > 0 && (
        <section class="stack-tight">
          <h3>{t.tasks}</h3>
          <ul class="lines">
            {tasks.map((task) => (
              <li key={task.id}>
                <TaskLine task={task} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="stack-tight">
        <h3>{t.calls}</h3>
        {calls.length === 0 && <p class="small">{t.noCalls}</p>}
        <ul class="lines">
          {calls.map((call) => (
            <li key={call.id}>
              <CallLine call={call} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function CallLine({
  call: { id, direction, status, startedAt, durationSeconds },
}: {
  readonly call: PopCall;
}) {
  const t = customerWords();
  const who = direction === 'inbound' ? t.inbound : t.outbound;
  return (
    <span class="row">
      <span class="grow">
        <span aria-hidden="true">{direction === 'inbound' ? '↙' : '↗'}</span>{' '}
        {startedAt !== null && formatWhen(startedAt, now.peek())} <span class="small">{who}</span>
      </span>
      <LifeLink callId={id} />
      <span class="small">
        {status === 'failed' ? t.missed : durationSeconds !== null && formatDuration(durationSeconds)}
      </span>
    </span>
  );
}
