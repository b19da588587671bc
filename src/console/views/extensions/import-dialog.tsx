import { useId, useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { FieldProblem } from '../../parts/field-problem.js';
import { say } from '../../parts/toasts.js';
import type { ImportResult } from './types.js';
import { deskWords } from './words.js';

interface ImportProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const EXAMPLE = 'extension,userId,label\n201,7,Desk 1\n202,8,Desk 2';

/** A list of extensions: tried first, and entered only when it has been tried and no line is wrong. */
export function ImportDialog({ onClose, onDone }: ImportProps) {
  const t = deskWords();
  const field = useId();
  const file = useId();
  const [csv, setCsv] = useState('');
  const [tried, setTried] = useState<ImportResult | null>(null);
  const change = (text: string): void => {
    setCsv(text);
    setTried(null);
  };
  const send = (dryRun: boolean): Promise<ImportResult> =>
    api.post<ImportResult>('telephony/extensions/import', { csv, dryRun });
  const enter = async (): Promise<void> => {
    const { created, changed } = await send(false);
    say(t.imported(formatNumber(created), formatNumber(changed)));
    onDone();
  };
  return (
    <Dialog title={t.import} onClose={onClose}>
      <p>{t.importHow}</p>
      <div class="desks-form">
        <div>
          <label for={file}>{t.file}</label>
          <input
            id={file}
            type="file"
            accept=".csv,text/csv,text/plain"
            onChange={({ currentTarget }) => void currentTarget.files?.[0]?.text().then(change)}
          />
        </div>
        <div>
          <label for={field}>{t.list}</label>
          <textarea
            id={field}
            class="field desks-csv"
            rows={8}
            spellcheck={false}
            placeholder={EXAMPLE}
            value={csv}
            onInput={({ currentTarget }) => change(currentTarget.value)}
          />
        </div>
      </div>
      {tried !== null && <Tried result={tried} />}
      <div class="row">
        <Button
          kind={tried === null ? 'main' : 'plain'}
          needsConnection
          isOff={csv.trim() === ''}
          onClick={async () => setTried(await send(true))}
        >
          {t.try}
        </Button>
        {tried !== null && tried.problems.length === 0 && (
          <Button kind="main" needsConnection onClick={enter}>
            {t.enter}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Tried({ result: { created, changed, unchanged, problems } }: { readonly result: ImportResult }) {
  const t = deskWords();
  return (
    <div role="status">
      <p>{t.tried(formatNumber(created), formatNumber(changed), formatNumber(unchanged))}</p>
      {problems.length > 0 && (
        <>
          <p class="desks-wrong">{t.problems}</p>
          <ul class="small">
            {problems.map((problem) => (
              <li key={`${problem.line} ${problem.problem}`}>
                {t.line(formatNumber(problem.line))} <FieldProblem of={problem} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
