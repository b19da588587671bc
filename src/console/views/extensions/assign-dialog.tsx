import { useId, useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { say } from '../../parts/toasts.js';
import { type Extension, type Kind, KINDS } from './types.js';
import { deskWords } from './words.js';

interface AssignProps {
  readonly of: Extension;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** What an extension is from now on. The history keeps what it was. */
export function AssignDialog({ of: before, onClose, onDone }: AssignProps) {
  const t = deskWords();
  const [extension, setExtension] = useState(before.extension);
  const [kind, setKind] = useState<Kind>(before.kind);
  const [user, setUser] = useState(before.userId === null ? '' : String(before.userId));
  const [members, setMembers] = useState(before.members.join(', '));
  const [phones, setPhones] = useState(before.memberExtensions.join(', '));
  const [label, setLabel] = useState(before.label ?? '');
  const [isClaimable, setClaimable] = useState(before.claimable);
  const kindField = useId();
  const isGroup = kind === 'group' || kind === 'queue';

  const save = async (): Promise<void> => {
    const body = {
      kind,
      label: label.trim() === '' ? null : label.trim(),
      ...(kind === 'agent' && { userId: user.trim() === '' ? null : numberIn(user), claimable: isClaimable }),
      ...(isGroup && { members: listIn(members).map(numberIn), memberExtensions: listIn(phones) }),
    };
    await api.put(`telephony/extensions/${encodeURIComponent(extension.trim())}`, body);
    say(t.saved(extension.trim()));
    onDone();
  };
  return (
    <Dialog title={before.extension === '' ? t.add : t.changeTitle(before.extension)} onClose={onClose}>
      <div class="desks-form">
        {before.extension === '' && <Text label={t.extension} value={extension} onInput={setExtension} />}
        <div>
          <label for={kindField}>{t.kind}</label>
          <select
            id={kindField}
            class="field"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value as Kind)}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t.kinds[one]}
              </option>
            ))}
          </select>
        </div>
        {kind === 'agent' && (
          <Text label={t.userId} hint={t.userHint} value={user} onInput={setUser} isNumber />
        )}
        {isGroup && <Text label={t.members} hint={t.membersHint} value={members} onInput={setMembers} />}
        {isGroup && <Text label={t.phones} hint={t.phonesHint} value={phones} onInput={setPhones} />}
        <Text label={t.label} value={label} onInput={setLabel} />
        {kind === 'agent' && (
          <label class="desks-check">
            <input
              type="checkbox"
              checked={isClaimable}
              onChange={({ currentTarget }) => setClaimable(currentTarget.checked)}
            />{' '}
            {t.mayClaim}
          </label>
        )}
      </div>
      <div class="row">
        <Button kind="main" needsConnection isOff={extension.trim() === ''} onClick={save}>
          {t.save}
        </Button>
      </div>
    </Dialog>
  );
}

interface TextProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly isNumber?: boolean;
}

function Text({ label, hint, value, onInput, isNumber = false }: TextProps) {
  const field = useId();
  return (
    <div>
      <label for={field}>{label}</label>
      <input
        id={field}
        class="field"
        value={value}
        inputMode={isNumber ? 'numeric' : undefined}
        autocomplete="off"
        aria-describedby={hint === undefined ? undefined : `${field}-hint`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      {hint !== undefined && (
        <p id={`${field}-hint`} class="small">
          {hint}
        </p>
      )}
    </div>
  );
}

function listIn(text: string): string[] {
  return text.split(/[\s,;|]+/u).filter((part) => part !== '');
}

/** What is no number goes to the service as it is, which says what is wrong with it. */
function numberIn(text: string): number | string {
  const trimmed = text.trim();
  return /^\d+$/u.test(trimmed) ? Number(trimmed) : trimmed;
}
