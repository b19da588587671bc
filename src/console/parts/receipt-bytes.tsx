import { useState } from 'preact/hooks';
import { api } from '../api/api.js';
import { formatNumber } from '../i18n/format.js';
import { supervisorWords } from '../i18n/supervisor.js';
import { useLoaded } from './loaded.js';
import { Shown } from './states.js';
import './receipt-bytes.css';

interface ReceiptBody {
  readonly masked: boolean;
  readonly body: string;
  /** The exact bytes of an unmasked body that is no UTF-8. */
  readonly bodyBase64: string | null;
}

/** Beyond this the page would be slow, and nobody reads on. */
const MOST_HEX_BYTES = 4096;
const BYTES_OF_LINE = 16;

/** What the PBX sent, as text; exactly and as bytes when asked to, which the service records. */
export function ReceiptBytes({ id }: { readonly id: string }) {
  const t = supervisorWords().bytes;
  const [isExact, setExact] = useState(false);
  const [isHex, setHex] = useState(false);
  const loaded = useLoaded(`${id} ${isExact}`, () =>
    api.get<ReceiptBody>(`telephony/webhook-receipts/${id}${isExact ? '?unmasked=true' : ''}`),
  );
  return (
    <section class="bytes" aria-label={t.title}>
      <Shown of={loaded} lines={2}>
        {(receipt) => (
          <>
            <Body receipt={receipt} isHex={isHex && !receipt.masked} />
            <div class="row">
              {receipt.masked ? (
                <button type="button" class="button" onClick={() => setExact(true)}>
                  {t.exact}
                </button>
              ) : (
                <button type="button" class="button" aria-pressed={isHex} onClick={() => setHex(!isHex)}>
                  {isHex ? t.text : t.hex}
                </button>
              )}
              <span class="small">{receipt.masked ? `${t.masked} ${t.exactHint}` : null}</span>
            </div>
          </>
        )}
      </Shown>
    </section>
  );
}

function Body({ receipt, isHex }: { readonly receipt: ReceiptBody; readonly isHex: boolean }) {
  const t = supervisorWords().bytes;
  if (receipt.body === '') return <p class="small">{t.empty}</p>;
  if (!isHex) {
    return (
      <pre class="bytes-text" lang="en" tabIndex={0}>
        {visible(receipt.body)}
      </pre>
    );
  }
  const bytes = bytesOf(receipt);
  const shown = bytes.subarray(0, MOST_HEX_BYTES);
  return (
    <>
      <pre class="bytes-text bytes-hex" lang="en" tabIndex={0}>
        {hexOf(shown)}
      </pre>
      {shown.length < bytes.length && <p class="small">{t.cut(formatNumber(shown.length))}</p>}
    </>
  );
}

/** Characters that show nothing, or turn the direction of what follows, as their code. */
function visible(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

function bytesOf({ body, bodyBase64 }: ReceiptBody): Uint8Array {
  if (bodyBase64 === null) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(bodyBase64), (char) => char.charCodeAt(0));
}

function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_OF_LINE) {
    const line = [...bytes.subarray(start, start + BYTES_OF_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${start.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * BYTES_OF_LINE)} ${text}`);
  }
  return lines.join('\n');
}
