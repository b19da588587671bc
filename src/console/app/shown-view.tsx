import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { shell } from '../i18n/shell.js';
import { Loading } from '../parts/states.js';
import { path, query } from './address.js';
import { Boundary } from './boundary.js';
import { shownView } from './router.js';
import { type View, VIEWS } from './views.js';

/** The view of the address. One that has a script of its own is loaded first. */
export function ShownView() {
  const view = shownView.value;
  const Component = view.component;
  return (
    <Boundary address={`${path.value}?${query.value}`}>
      {Component === undefined ? <LoadedView key={VIEWS.indexOf(view)} view={view} /> : <Component />}
    </Boundary>
  );
}

function LoadedView({ view }: { readonly view: View }) {
  const [loaded, setLoaded] = useState<{ readonly Component: ComponentType } | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const load = (): void => {
    setFailed(false);
    view.load?.().then(
      (Component) => setLoaded({ Component }),
      () => setFailed(true),
    );
  };
  useEffect(load, [view]);
  if (loaded !== null) return <loaded.Component />;
  if (!hasFailed) return <Loading lines={6} />;
  return (
    <div class="card error-note">
      <p>{shell().viewFailed}</p>
      {/* After an update of the service the script has another name: only the page itself knows the new one. */}
      <button type="button" class="button main" onClick={() => location.reload()}>
        {shell().retry}
      </button>
    </div>
  );
}
