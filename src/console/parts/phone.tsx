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
