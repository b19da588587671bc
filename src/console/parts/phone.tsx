import { shell } from '../i18n/shell.js';

/** A number as it is dialled in Bangladesh: in ASCII digits in both languages. @param number E.164, or as received */
export function dialled(number: string): string {
  return number.replace(/^\+880(?=1\d{9}$|9\d{9}$)/u, '0');
}

/** A number to read out, to select and to copy. */
export function Phone({ number }: { readonly number: string }) {
  return (
    <span class="phone" lang="en" dir="ltr">
      {dialled(number)}
    </span>
  );
}

interface Numbered {
  readonly customerNumberE164: string | null;
  readonly customerPhone: string;
}

/** Of the customer; null: it is withheld. A telephone system writes a word, such as "anonymous", in its place. */
export function numberOf({ customerNumberE164, customerPhone }: Numbered): string | null {
  return customerNumberE164 ?? (/\d/u.test(customerPhone) ? customerPhone : null);
}

/** The number of the customer, or that it is withheld. */
export function NumberOf({ call }: { readonly call: Numbered }) {
  const number = numberOf(call);
  return number === null ? <>{shell().withheld}</> : <Phone number={number} />;
}
