import { type CallStateDetail, clickToCall } from './button/click-to-call.js';

export type { CallState, CallStateDetail } from './button/click-to-call.js';

/** `<tc-call number="01712345678" task="55">`: starts a call by one click, and says what becomes of it. No socket. */
class CallButton extends HTMLElement {
  static readonly observedAttributes = ['number', 'task', 'lang', 'label'];
  /** Origin of the service; without it that from which the script came. */
  declare url?: string;
  readonly #update = clickToCall(this);

  connectedCallback(): void {
    this.#update();
  }

  attributeChangedCallback(): void {
    this.#update();
  }

  /** The agent's token, asked for before each request; pages may assign another function. */
  token(): string | null | undefined | Promise<string | null | undefined> {
    return localStorage.authToken;
  }
}

customElements.define('tc-call', CallButton);

declare global {
  interface HTMLElementTagNameMap {
    'tc-call': CallButton;
  }
  interface HTMLElementEventMap {
    'tc-call-state': CustomEvent<CallStateDetail>;
  }
}
