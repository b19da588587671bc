/** In the empty desk: the place for what is offered in development alone, such as a call of a made-up customer. */
export function TrialCall() {
  return null;
}
