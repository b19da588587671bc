/** What the service answers when it refuses, as docs/contract.md has it; empty: no answer, or none of the service. */
export interface Refusal {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly field: string }[];
}

/** Codes after which the customer may be ringing, although they share their status with others. */
const UNCLEAR = /OUTC|X_T|INTEL/;

/** Which of the words is said: of a kind of its own, or of its status. */
export function wordOf({ statusCode, code, details }: Refusal): string | number {
  if (!statusCode || UNCLEAR.test(code ?? '')) return 'unclear';
  return details?.[0]?.field.startsWith('agent') ? 'extension' : statusCode;
}
