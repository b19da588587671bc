import { useEffect, useRef } from 'preact/hooks';
import { chooseLanguage, language } from '../i18n/language.js';
import { shell } from '../i18n/shell.js';
import { connection, me } from '../live/telephony.js';
import { DialButton } from './dial/dial-button.js';
import { RingMenu } from './ring/ring-menu.js';
import { shownView, viewsOfBar } from './router.js';
import { StatusMenu } from './status-menu.js';

/** What is always visible: the views, the own status, telephone and connection. */
export function Bar() {
  const t = shell();
  return (
    <header class="bar">
      {me.value === null ? <p class="brand">{shell().name}</p> : <Views />}
      <div class="bar-state">
        {me.value !== null && <DialButton />}
        <Connection />
        <Phone />
        {me.value !== null && <StatusMenu />}
        {me.value !== null && <RingMenu />}
        <LanguageSwitch label={t.language} />
      </div>
    </header>
  );
}

function Views() {
  const bar = useRef<HTMLElement>(null);
  const shown = shownView.value.path;
  // Where not all have room.
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [shown, language.value]);
  return (
    <nav ref={bar} class="views" aria-label={shell().views}>
      {viewsOfBar.value.map((view) => (
        <a key={view.path} href={`#/${view.path}`} aria-current={view.path === shown ? 'page' : undefined}>
          {view.title?.()}
        </a>
      ))}
    </nav>
  );
}

function Connection() {
  const status = connection.value;
  return (
    <p class="bar-fact" role="status">
      <span class={`dot is-${status}`} aria-hidden="true" />
      <span class="bar-words">{shell().connection[status]}</span>
    </p>
  );
}

function Phone() {
  const user = me.value;
  if (user === null) return null;
  const [first] = user.extensions;
  return (
    <p class="bar-fact extension">{first === undefined ? shell().noExtension : shell().extension(first)}</p>
  );
}

/** Each language in its own words: whoever reads only that one finds it. */
function LanguageSwitch({ label }: { readonly label: string }) {
  const other = language.value === 'en' ? 'bn' : 'en';
  return (
    <button
      type="button"
      class="bar-button language"
      lang={other}
      title={label}
      onClick={() => chooseLanguage(other)}
    >
      {other === 'bn' ? 'বাংলা' : 'English'}
    </button>
  );
}
