import { Empty } from '../../parts/states.js';
import { TrialCall } from './trial-call.js';
import { deskWords } from './words.js';

/** The work of an agent: the call that he has, who calls, and what is to be done. */
export function Desk() {
  const t = deskWords();
  return (
    <Empty title={t.noCall}>
      <p>{t.noCallHint}</p>
      <TrialCall />
    </Empty>
  );
}
