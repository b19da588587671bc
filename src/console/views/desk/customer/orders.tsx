import { formatMoney, formatNumber, formatWhen } from '../../../i18n/format.js';
import { now } from '../../../live/clock.js';
import { customerWords } from './customer-words.js';
import type { PopOrder, PopOrders } from './pop.js';

const SHOWN = 3;

interface OrdersProps {
  readonly title: string;
  readonly orders: PopOrders;
  readonly empty?: string;
}

export function Orders({ title, orders: { last, codDue }, empty }: OrdersProps) {
  const t = customerWords();
  return (
    <section class="stack-tight">
      <div class="row">
        <h3 class="grow">{title}</h3>
        {codDue > 0 && <strong class="badge">{t.codDue(formatMoney(codDue))}</strong>}
      </div>
      {last.length === 0 && <p class="small">{empty}</p>}
      <ul class="lines">
        {last.slice(0, SHOWN).map((order) => (
          <li key={order.id}>
            <Order order={order} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Of an order, or of its parcel at the courier. A word that is not known here is shown as the CRM has it. */
function wordOfStatus(status: string): string {
  const words: Partial<Record<string, string>> = customerWords().orderStatuses;
  return words[status.toLowerCase().replaceAll(/[\s-]+/gu, '_')] ?? status.replaceAll('_', ' ');
}

function Order({ order }: { readonly order: PopOrder }) {
  const t = customerWords();
  const { number, status, total, courier, courierStatus, createdAt, items } = order;
  const products = (items ?? []).flatMap(({ product, quantity }) =>
    product === null ? [] : [t.items(product, formatNumber(quantity ?? 1))],
  );
  const state = status && wordOfStatus(status);
  const parcel = courierStatus && wordOfStatus(courierStatus);
  const facts = [
    createdAt === null ? null : formatWhen(createdAt, now.peek()),
    courier === null ? null : t.courier(courier),
    parcel === state ? null : parcel,
  ];
  return (
    <>
      <span class="row">
        <strong class="grow">
          <span class="phone">{number}</span> {state}
        </strong>
        {total !== null && <span>{formatMoney(total)}</span>}
      </span>
      <span class="small">{facts.filter(Boolean).join(' · ')}</span>
      {products.length > 0 && <span class="small clamp">{products.join(', ')}</span>}
    </>
  );
}
