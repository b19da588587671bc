import { useState } from 'preact/hooks';
import type { ApiError } from '../api/api-error.js';
import { shell, wordsOfError } from '../i18n/shell.js';
import { FieldProblem } from './field-problem.js';

/** What to do about an error, and its request id to copy. */
export function ErrorNote({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const t = shell();
  const { code, requestId, details } = error;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(requestId ?? '');
    setCopied(true);
  };
  return (
    <div class="error-note">
      <p>{wordsOfError(code)}</p>
      {details.length > 0 && (
        <ul class="small">
          {details.map((detail) => (
            <li key={`${detail.field} ${detail.problem}`}>
              <FieldProblem of={detail} />
            </li>
          ))}
        </ul>
      )}
      {requestId !== null && (
        <p class="small">
          {t.requestId}: <code>{requestId}</code> {/* Browsers have it on https and localhost alone. */}
          {'clipboard' in navigator && (
            <button type="button" class="link" onClick={() => void copy()}>
              {isCopied ? t.copied : t.copy}
            </button>
          )}
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" class="button plain" onClick={onRetry}>
          {t.retry}
        </button>
      )}
    </div>
  );
}
