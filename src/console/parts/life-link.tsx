import { supervisorWords } from '../i18n/supervisor.js';
import { me } from '../live/telephony.js';

/** Leads a supervisor from a call to its life; for others it is not there. */
export function LifeLink({ callId }: { readonly callId: number }) {
  if (me.value?.role !== 'supervisor') return null;
  return <a href={`#/calls/${callId}`}>{supervisorWords().lifeOf(callId)}</a>;
}
