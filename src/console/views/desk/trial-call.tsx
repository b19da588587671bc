import { api } from '../../api/api.js';
import { Button } from '../../parts/button.js';
import { hasPhone, telephony } from '../../live/telephony.js';
import { useLoaded } from '../../parts/loaded.js';
import { say } from '../../parts/toasts.js';
import { trialWords } from './trial-words.js';
import './trial-call.css';

interface Scenarios {
  readonly scenarios: readonly string[];
}

interface Played {
  readonly extension: string;
  /** How the service answered the first webhook. */
  readonly status: number | null;
}

const TOUR = 'tour';

/** In the empty desk of a service in development: lets a made-up customer call. In production nobody offers that. */
export function TrialCall() {
  return telephony.value.service?.hasTrialCalls === true ? <OfferedCalls /> : null;
}

function OfferedCalls() {
  const loaded = useLoaded('scenarios', readScenarios);
  const offered = loaded.state.value.value;
  if (offered === null || offered.scenarios.length === 0) return null;
  const t = trialWords();
  const names: Partial<Record<string, string>> = t.scenarios;
  return (
    <section class="trial" aria-labelledby="trial-title">
      <h2 id="trial-title">{t.title}</h2>
      <div class="row">
        <Button kind="main" needsConnection onClick={() => play(TOUR)}>
          {t.go}
        </Button>
      </div>
      <p class="small">{t.how}</p>
      <details>
        <summary>{t.others}</summary>
        <ul class="row">
          {offered.scenarios
            .filter((scenario) => scenario !== TOUR)
            .map((scenario) => (
              <li key={scenario}>
                <Button needsConnection onClick={() => play(scenario)}>
                  {names[scenario] ?? scenario}
                </Button>
              </li>
            ))}
        </ul>
      </details>
    </section>
  );
}

function readScenarios(): Promise<Scenarios> {
  return api.get<Scenarios>('telephony/development/scenarios');
}

/** Where it rings for a user without a telephone: at the agent of the link that the service prints. */
const ANYBODYS_EXTENSION = '201';

async function play(scenario: string): Promise<void> {
  const { extension, status } = await api.post<Played>('telephony/development/scenarios', {
    scenario,
    ...(!hasPhone.peek() && { extension: ANYBODYS_EXTENSION }),
  });
  const t = trialWords();
  say(status === 200 ? t.calls(extension) : t.refused(status));
}
