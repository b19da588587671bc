import { serveBare, setting } from './bare-http.js';

/** Answers 401 in the service's own words to what is not signed with the right key; everything that comes here is not. */
serveBare(() => Promise.reject(new Error('A forgery was taken for a webhook')), setting('REFUSAL_BODY'));
