import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The button as a plain script, and its Bangla words as a module that the script loads in Bangla pages. */
export default defineConfig(({ mode }) => ({
  root: folder('..'),
  publicDir: false,
  build: {
    outDir: folder('../../../dist/client'),
    emptyOutDir: false,
    lib:
      mode === 'bangla'
        ? { entry: folder('bangla.ts'), formats: ['es'], fileName: () => 'button.bn.js' }
        : {
            entry: folder('../button.ts'),
            formats: ['iife'],
            name: 'TrustCart',
            fileName: () => 'button.js',
          },
  },
}));
