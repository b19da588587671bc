import type { LiveCall } from '../wire.js';
import { ENGLISH, type Words } from './english.js';
import { type Refusal, wordOf } from './refusal.js';
import { STYLE } from './style.js';

/** A placed call has the states that its `status` has. */
export type CallState = 'idle' | 'starting' | LiveCall['status'] | 'error';

/** `detail` of the event `tc-call-state`. */
export interface CallStateDetail {
  readonly state: CallState;
  /** As it was read last; undefined: none, or it was not read yet. */
  readonly call: LiveCall | undefined;
  /** In the state `error`. */
  readonly refusal: Refusal | undefined;
}

/** The id of the row of the call. */
type Started = { readonly telephonyCallId: number };
type Token = string | null | undefined;

export interface Host extends HTMLElement {
  /** Origin of the service, which gets the token. No attribute: then markup could send the token elsewhere. */
  readonly url?: string;
  /** The agent's token, asked for before each request. */
  token(): Token | Promise<Token>;
}

/** Where the script came from. In a bundle that is not known, and the page's own address is taken. */
const HOME = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;

// A page's policy on inline styles does not concern it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

let bangla: Promise<Words> | undefined;

/**
 * Fills an element with its button. One closure without fields: their names would be a fifth of the script.
 * @returns call it when the element has come into the page, and when an attribute has changed
 */
export function clickToCall(host: Host): () => void {
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  const add = <Tag extends 'button' | 'output' | 'time'>(tag: Tag): HTMLElementTagNameMap[Tag] => {
    const element = root.appendChild(document.createElement(tag));
    element.part = tag;
    return element;
  };
  const button = add('button');
  const output = add('output');
  const time = add('time');

  let number: string | null;
  let task: string | null;
  let state: CallState = 'idle';
  let stateSince: number;
  /** What is said in place of the state's own words, when there are such. */
  let word: unknown;
  let call: LiveCall | undefined;
  /** Of the call that is under way; another object: another click. */
  let click: object | undefined;
  let key: number;
  let keyEnds = 0;

  const attribute = (name: string) => host.getAttribute(name);

  /** @throws {Refusal} */
  const request = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(new URL(`/api/${path}`, host.url ?? HOME), {
      method: body && 'POST',
      headers: {
        Authorization: `Bearer ${await host.token()}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': `${key}`,
      },
      body: JSON.stringify(body),
      // Longer than the service waits for the PBX.
      signal: AbortSignal.timeout(3e4),
    });
    const content = await answer.json();
    if (!answer.ok) throw content;
    return content;
  };

  /** Beside the output, because a screen reader would read every second. */
  const showTime = () => {
    const seconds =
      state === 'answered' ? Math.round((Date.now() - stateSince) / 1e3) : call?.durationSeconds;
    time.textContent = seconds ? `${(seconds - (seconds % 60)) / 60}:${`0${seconds % 60}`.slice(-2)}` : '';
  };

  const show = async () => {
    const words: Words = host.matches(':lang(bn)')
      ? await (bangla ??= import(/* @vite-ignore */ new URL('button.bn.js', HOME) as unknown as string).then(
          (file: { default: Words }) => file.default,
          () => ENGLISH,
        ))
      : ENGLISH;
    const label = attribute('label') ?? words.call;
    button.textContent = label;
    button.ariaLabel = `${label} ${number ?? task}`;
    button.ariaDisabled = `${!!click}`;
    output.value = words[word as keyof Words] ?? words[state];
    showTime();
  };

  const go = (to: CallState, said?: unknown, refusal?: Refusal) => {
    if (to === state) return;
    state = to;
    word = said;
    stateSince = Date.now();
    host.setAttribute('state', state);
    void show();
    host.dispatchEvent(
      new CustomEvent<CallStateDetail>('tc-call-state', { bubbles: true, detail: { state, call, refusal } }),
    );
  };

  const reset = () => {
    click = call = undefined;
    keyEnds = 0;
    go('idle');
  };

  const start = async () => {
    if (click) return;
    const mine = (click = {});
    call = undefined;
    if (Date.now() > keyEnds) {
      // Until the outcome is clear a further click is the same one: the service and the PBX need less than that.
      keyEnds = Date.now() + 9e4;
      // Not crypto.randomUUID, which pages without TLS do not have.
      key = keyEnds + Math.random();
    }
    go('starting');
    try {
      const { telephonyCallId } = await (number
        ? request<Started>('call/start', { customer_number: number, crm_call_id: task })
        : request<Started>('telephony/calls/initiate', { taskId: +task! }));
      for (let wait = 0; click === mine; wait -= 1) {
        if (wait < 1) {
          const read = await request<LiveCall>(`telephony/calls/${telephonyCallId}`).catch(
            (refusal: Refusal) => {
              if (refusal.statusCode! < 429) throw refusal;
              return call;
            },
          );
          if (click !== mine) return;
          keyEnds = 0;
          call = read;
          const status = call?.status ?? 'initiated';
          if (/com|fail/.test(status)) click = undefined;
          go(status, status === 'failed' && call?.disposition);
          wait = call?.answeredAt ? 5 : 2;
        }
        showTime();
        await new Promise((resolve) => setTimeout(resolve, 1e3));
        if (!host.isConnected) reset();
      }
    } catch (error) {
      if (click !== mine) return;
      const said = wordOf(error as Refusal);
      if (said !== 'unclear') keyEnds = 0;
      click = undefined;
      go('error', said, error as Refusal);
    }
  };
  button.addEventListener('click', () => void start());

  return () => {
    if (number !== attribute('number') || task !== attribute('task')) {
      number = attribute('number');
      task = attribute('task');
      reset();
    }
    void show();
  };
}
