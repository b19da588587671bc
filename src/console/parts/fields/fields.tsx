import { useId } from 'preact/hooks';

interface TextFieldProps {
  readonly title: string;
  readonly hint?: string;
  readonly kind?: 'text' | 'tel' | 'date';
  readonly value: string | undefined;
  readonly maxLength?: number;
  /** With Enter, or when the field is left. */
  readonly onChange?: (value: string) => void;
  /** With each letter. */
  readonly onInput?: (value: string) => void;
}

export function TextField(props: TextFieldProps) {
  const { title, hint, kind = 'text', value = '', maxLength, onChange, onInput } = props;
  const field = useId();
  return (
    <div>
      <label for={field}>{title}</label>
      <input
        id={field}
        class="field"
        type={kind}
        value={value}
        autocomplete="off"
        aria-describedby={hint === undefined ? undefined : `${field}-hint`}
        maxLength={maxLength}
        onChange={({ currentTarget }) => onChange?.(currentTarget.value.trim())}
        onInput={({ currentTarget }) => onInput?.(currentTarget.value.trim())}
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
