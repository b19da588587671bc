import { useId, useState } from 'preact/hooks';
import { shell, wordsOfError } from '../i18n/shell.js';
import { refusal, session } from '../session/session.js';
import { signIn, token } from '../session/token.js';

/** Asks for a token: at the start as a page, later as a notice above the pages, which stay with what was typed. */
export function SignIn() {
  const t = shell().signIn;
  const field = useId();
  const [given, setGiven] = useState('');
  const isEnded = session.value === 'ended';
  const code = refusal.value;
  return (
    <section class={isEnded ? 'sign-in is-ended' : 'sign-in card'} role={isEnded ? 'alert' : undefined}>
      <div>
        <h1>{isEnded ? t.ended : t.title}</h1>
        <p>{isEnded ? t.endedHow : t.how}</p>
        {code !== null && code !== 'UNAUTHENTICATED' && code !== 'NO_TOKEN' && <p>{wordsOfError(code)}</p>}
      </div>
      <details open={isEnded}>
        <summary>{t.paste}</summary>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const trimmed = given.trim().replace(/^(?:TOKEN=|Bearer )/u, '');
            if (trimmed === '' || trimmed === token.peek()) return;
            signIn(trimmed);
            setGiven('');
          }}
        >
          <label for={field}>{t.token}</label>
          <div class="row">
            <input
              id={field}
              class="field"
              value={given}
              autocomplete="off"
              spellcheck={false}
              onInput={({ currentTarget }) => setGiven(currentTarget.value)}
            />
            <button type="submit" class="button main">
              {t.go}
            </button>
          </div>
        </form>
      </details>
    </section>
  );
}
