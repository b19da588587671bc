import { useId } from 'preact/hooks';

interface ReasonFieldProps {
  readonly title: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** Why something is done that others will ask about, and read. */
export function ReasonField({ title, value, onInput }: ReasonFieldProps) {
  const field = useId();
  return (
    <div>
      <label for={field}>{title}</label>
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
