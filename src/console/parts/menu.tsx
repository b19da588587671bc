import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface MenuProps {
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  /** @param close puts the menu away, and gives the focus back */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a popover of the browser, which Esc and a click elsewhere close. */
export function Menu({ label, button, class: more = '', children }: MenuProps) {
  const id = useId().replace(/\W/gu, '-');
  const popover = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    popover.current?.hidePopover();
    opener.current?.focus();
  };
  return (
    <div class={`menu ${more}`}>
      <button ref={opener} type="button" class="bar-button" popovertarget={id} aria-label={label}>
        {button}
      </button>
      <div ref={popover} id={id} popover="auto" class="menu-list" role="group" aria-label={label}>
        {children(close)}
      </div>
    </div>
  );
}
