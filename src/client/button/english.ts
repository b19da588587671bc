/** What is said: by state, by disposition of a call without talk, and by kind or HTTP status of a refusal. */
export const ENGLISH = {
  call: 'Call',
  idle: '',
  starting: 'Calling…',
  initiated: 'Pick up your phone',
  ringing: 'Ringing…',
  answered: 'Talking',
  completed: 'Ended',
  failed: 'Not reached',
  busy: 'Busy',
  no_answer: 'No answer',
  error: 'Not possible',
  unclear: 'Look at your phone',
  extension: 'No extension',
  401: 'Sign in again',
  403: 'You may not call',
  404: 'No longer there',
  422: 'Number cannot be called',
  429: 'Too many calls',
};

export type Words = Record<keyof typeof ENGLISH, string>;
