import './choices.css';

interface ChoicesProps {
  readonly title: string;
  readonly of: readonly string[];
  readonly chosen: readonly string[];
  readonly word: (value: string) => string;
  readonly onChoose: (chosen: readonly string[]) => void;
}

/** Several of a few values. */
export function Choices({ title, of: values, chosen, word, onChoose }: ChoicesProps) {
  const choose = (value: string, isChosen: boolean): void =>
    onChoose(values.filter((one) => (one === value ? isChosen : chosen.includes(one))));
  return (
    <fieldset class="picks">
      <legend>{title}</legend>
      {values.map((value) => (
        <Choice
          key={value}
          isChosen={chosen.includes(value)}
          onChoose={(isChosen) => choose(value, isChosen)}
        >
          {word(value)}
        </Choice>
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly children: string;
}

/** Yes or no. */
export function Choice({ isChosen, onChoose, children }: ChoiceProps) {
  return (
    <label class="pick">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
      />
      {children}
    </label>
  );
}
