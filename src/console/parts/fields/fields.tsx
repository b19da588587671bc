import { useEffect, useId, useState } from 'preact/hooks';
import { FIRST_DAY, LAST_DAY } from './days.js';

/** Letters of a reason that the service keeps and others read. */
export const MOST_REASON = 500;

interface TextFieldProps {
  readonly title: string;
  readonly hint?: string;
  readonly kind?: 'text' | 'tel' | 'date';
  readonly value: string | undefined;
  readonly maxLength?: number;
  /** With Enter, or when the field is left: what is typed, without spaces around it. */
  readonly onChange?: (value: string) => void;
  /** With each letter: what is typed, as it is. */
  readonly onInput?: (value: string) => void;
}

export function TextField(props: TextFieldProps) {
  const { title, hint, kind = 'text', value = '', maxLength, onChange, onInput } = props;
  const field = useId();
  /** What is typed and does not hold yet: it stays while other things change. null: what holds is shown. */
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => setDraft(null), [value]);
  const take = ({ value: typed, validity }: HTMLInputElement): void => {
    // What is no day that may be chosen gives way to what held before.
    if (!validity.valid) setDraft(null);
    else if (typed.trim() !== value) onChange?.(typed.trim());
  };
  return (
    <div>
      <label for={field}>{title}</label>
      <input
        id={field}
        class="field"
        type={kind}
        value={draft ?? value}
        autocomplete="off"
        aria-describedby={hint === undefined ? undefined : `${field}-hint`}
        maxLength={maxLength}
        {...(kind === 'date' && { min: FIRST_DAY, max: LAST_DAY })}
        onInput={({ currentTarget }) => {
          if (onChange !== undefined) setDraft(currentTarget.value);
          onInput?.(currentTarget.value);
        }}
        // Not `change`: a field of days has it with each digit.
        onBlur={({ currentTarget }) => take(currentTarget)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.isComposing) take(event.currentTarget);
        }}
      />
      {hint !== undefined && (
        <p id={`${field}-hint`} class="small">
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectFieldProps {
  readonly title: string;
  /** Values and their words, in order. */
  readonly options: Readonly<Record<string, string>>;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SelectField({ title, options, value, onChange }: SelectFieldProps) {
  const field = useId();
  return (
    <div>
      <label for={field}>{title}</label>
      <select
        id={field}
        class="field"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {Object.entries(options).map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}
