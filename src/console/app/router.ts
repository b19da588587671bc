import { computed } from '@preact/signals';
import { me } from '../live/telephony.js';
import { path } from './address.js';
import { type View, VIEWS } from './views.js';

/** The views that the bar shows to the user. */
export const viewsOfUser = computed(() =>
  VIEWS.filter((view) => view.for === 'everybody' || me.value?.role === 'supervisor'),
);

/** The view of the address; where the user has no such view, the first one. */
export const shownView = computed<View>(() => {
  const [name] = path.value.split('/', 1);
  return viewsOfUser.value.find((view) => view.path === name) ?? (VIEWS[0] as View);
});
