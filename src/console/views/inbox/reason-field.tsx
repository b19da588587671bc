import { useId } from 'preact/hooks';
import { inboxWords } from './words.js';

interface ReasonFieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** Why receipts are discarded: others will read it. */
export function ReasonField({ value, onInput }: ReasonFieldProps) {
  const field = useId();
  return (
    <div>
      <label for={field}>{inboxWords().reason}</label>
      <input
        id={field}
        class="field"
        value={value}
        maxLength={500}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </div>
  );
}
