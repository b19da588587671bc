import { computed } from '@preact/signals';
import { seesAllCalls, me } from '../live/telephony.js';
import { path } from './address.js';
import { type View, VIEWS } from './views.js';

function isFor({ for: whom }: View): boolean {
  if (whom === 'overview') return seesAllCalls.value;
  return whom === 'everybody' || me.value?.role === 'supervisor';
}

const viewsOfUser = computed(() => VIEWS.filter(isFor));

/** The views that the bar shows to the user. */
export const viewsOfBar = computed(() => viewsOfUser.value.filter(({ title }) => title !== undefined));

/** The view of the address; where the user has no such view, the first one. */
export const shownView = computed<View>(() => {
  const whole = path.value;
  const [name] = whole.split('/', 1);
  const isShown = (view: View): boolean => view.path === name && (view.takes?.test(whole) ?? true);
  return viewsOfUser.value.find(isShown) ?? (VIEWS[0] as View);
});
