import { register } from 'node:module';

/** `node --import <this file> some.ts`: runs TypeScript as the tests compile it. */
register('./typescript-loader.js', import.meta.url);
