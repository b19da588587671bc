import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compressed } from './build/compressed.js';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

const SERVICE = `http://localhost:${process.env.PORT ?? 3000}`;
/** The service compares the origin of a page with the host that the page asks. */
const passedOn = { target: SERVICE, changeOrigin: true, headers: { origin: SERVICE } };

/** The pages of the console, for the service to serve under `/console/`. */
export default defineConfig({
  root: folder('.'),
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: folder('../../dist/console'),
    emptyOutDir: true,
    // The content security policy allows files alone: no `data:` script or font, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [compressed()],
  // For work on the pages: `npm run console:dev`, beside a service that runs.
  server: { proxy: { '/api': passedOn, '/socket.io': { ...passedOn, ws: true } } },
});
