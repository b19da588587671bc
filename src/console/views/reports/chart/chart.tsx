import { useEffect, useRef, useState } from 'preact/hooks';
import { language } from '../../../i18n/language.js';
import { shell } from '../../../i18n/shell.js';
import type { Plot } from './plot.js';
import './chart.css';

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Its script is loaded when it is shown. What it draws, a table beside it has to say. */
export function Chart({ labels, series, format }: Plot) {
  const element = useRef<HTMLDivElement>(null);
  const [isDark, setDark] = useState(DARK.matches);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const follow = (): void => setDark(DARK.matches);
    DARK.addEventListener('change', follow);
    return () => DARK.removeEventListener('change', follow);
  }, []);
  const drawn = JSON.stringify([labels, series]);
  useEffect(() => {
    let isGone = false;
    let remove = (): void => undefined;
    const drawWhenLoaded = async (): Promise<void> => {
      const { draw } = await import('./plot.js');
      if (!isGone && element.current !== null) remove = draw(element.current, { labels, series, format });
    };
    drawWhenLoaded().catch(() => setFailed(true));
    return () => {
      isGone = true;
      remove();
    };
  }, [drawn, isDark, language.value]);
  return (
    <>
      <ul class="chart-legend row small">
        {series.map(({ title, look }) => (
          <li key={look}>
            <span class={`chart-key is-${look}`} aria-hidden="true" /> {title}
          </li>
        ))}
      </ul>
      {hasFailed ? <p>{shell().viewFailed}</p> : <div ref={element} class="chart" aria-hidden="true" />}
    </>
  );
}
