import { useId, useState } from 'preact/hooks';
import { go } from '../../app/address.js';
import { logWords } from './words.js';

/** Leads a supervisor to the life of a call of which only the id is known. */
export function OpenById() {
  const t = logWords();
  const field = useId();
  const [id, setId] = useState('');
  return (
    <form
      class="log-open row"
      onSubmit={(event) => {
        event.preventDefault();
        if (/^\d{1,10}$/u.test(id.trim())) go(`calls/${Number(id)}`);
      }}
    >
      <label for={field}>{t.lifeOf}</label>
      <input
        id={field}
        class="field"
        inputMode="numeric"
        value={id}
        onInput={({ currentTarget }) => setId(currentTarget.value)}
      />
      <button type="submit" class="button">
        {t.open}
      </button>
    </form>
  );
}
