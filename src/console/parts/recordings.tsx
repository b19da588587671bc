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

type HeardRecording = CallRecording & { readonly playbackUrl: string };

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
        const heard = items.filter(canBeHeard);
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

function canBeHeard(recording: CallRecording): recording is HeardRecording {
  return recording.playbackUrl !== null;
}

/** Of this page's own origin, the only one that its policy allows: with PUBLIC_BASE_URL the service says another one. */
function addressHere({ playbackUrl }: HeardRecording): string {
  return playbackUrl.slice(playbackUrl.indexOf('/api/'));
}

function Recording({ recording, name }: { readonly recording: HeardRecording; readonly name: string }) {
  const { durationSeconds, reportedAt } = recording;
  const facts = [formatWhen(reportedAt, now.peek()), durationSeconds && formatDuration(durationSeconds)];
  return (
    <>
      <p class="small">{[name, ...facts].filter(Boolean).join(' · ')}</p>
      {/* Two people talk: there are no captions of it. */}
      <audio class="recording" controls preload="none" src={addressHere(recording)} aria-label={name} />
    </>
  );
}
