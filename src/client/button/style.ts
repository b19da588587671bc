/** Pages change the look by custom properties and by the parts `button`, `output` and `time`. An empty part takes no room. */
export const STYLE =
  ':host{display:inline-block}' +
  'button{font:inherit;padding:.4em .8em;border:1px solid #0000;border-radius:.4em;color:var(--tc-call-color,#fff);background:var(--tc-call-fill,#136c3a)}' +
  '*+:not(:empty){margin-left:.5em}' +
  '[aria-disabled=true]{opacity:.6}';
