import { Transform } from 'class-transformer';

/** Reads a whole JSON number as its digits: a client that writes an extension or an id as a number means them. */
export function DigitsOfNumber(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    Number.isSafeInteger(value) && Number(value) >= 0 ? String(value) : value,
  );
}
