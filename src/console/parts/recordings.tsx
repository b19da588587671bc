import { api } from '../api/api.js';
import { formatDuration, formatNumber, formatWhen } from '../i18n/format.js';
import { shell } from '../i18n/shell.js';
import { now } from '../live/clock.js';
import { useLoaded } from './loaded.js';
import { Shown } from './states.js';

/** Of `GET /api/telephony/calls/{id}/recordings`. */
interface CallRecording {
  readonly id: number;
  /** null: it cannot be heard. */
  readonly playbackUrl: string | null;
  readonly durationSeconds: number | null;
  /** ISO 8601. */
  readonly reportedAt: string;
}

interface RecordingsProps {
  readonly callId: number;
  /** Another one reads them again: a call may get a second recording while it is shown. */
  readonly version?: number;
}

/**
 * All recordings of a call. Read when they are shown: where they are heard is told to this user for an hour. Not read with
 * the call: that shows its number in full, which is recorded.
 */
export function Recordings({ callId, version }: RecordingsProps) {
  const t = shell().recordings;
  const loaded = useLoaded(
    `recordings of ${callId}`,
    () => api.get<{ readonly items: readonly CallRecording[] }>(`telephony/calls/${callId}/recordings`),
    version,
  );
  return (
    <Shown of={loaded} lines={1}>
      {({ items }) => {
        const heard = items.filter(isHeardHere);
        if (heard.length === 0) return <p class="small">{t.gone}</p>;
        return (
          <ul class="recordings">
            {heard.map((recording, nth) => (
              <li key={recording.id}>
                <Recording recording={recording} name={t.part(formatNumber(nth + 1))} />
              </li>
            ))}
          </ul>
        );
      }}
    </Shown>
  );
}

/** The policy of the page allows no address but those of the service. */
function isHeardHere({ playbackUrl }: CallRecording): boolean {
  return playbackUrl !== null && new URL(playbackUrl, location.href).origin === location.origin;
}

function Recording({ recording, name }: { readonly recording: CallRecording; readonly name: string }) {
  const { playbackUrl, durationSeconds, reportedAt } = recording;
  const facts = [formatWhen(reportedAt, now.peek()), durationSeconds && formatDuration(durationSeconds)];
  return (
    <>
      <p class="small">{[name, ...facts].filter(Boolean).join(' · ')}</p>
      {/* Two people talk: there are no captions of it. */}
      <audio class="recording" controls preload="none" src={playbackUrl ?? undefined} aria-label={name} />
    </>
  );
}
