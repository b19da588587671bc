import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The browser client with all that it needs in one file: an ES module, and a plain script. */
export default defineConfig({
  root: folder('.'),
  publicDir: false,
  build: {
    outDir: folder('../../dist/client'),
    // The declarations are beside it, and the compiled service's own copy is in dist/src.
    emptyOutDir: false,
    lib: {
      entry: folder('client.ts'),
      formats: ['es', 'iife'],
      name: 'TrustCartTelephony',
      fileName: (format) => (format === 'es' ? 'client.js' : 'client.iife.js'),
    },
  },
});
