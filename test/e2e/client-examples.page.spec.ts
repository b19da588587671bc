import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { AGENT_201, TestApp, tokenOf } from '../support/app.js';
import { TestBrowser } from '../support/browser.js';
import { createTestDatabase } from '../support/database.js';
import { ROOT } from '../support/documents.js';
import { eventually } from '../support/eventually.js';
import { PbxEvents } from '../support/pbx-events.js';
import { liveCall, PushServer } from '../support/push-server.js';

const run = promisify(execFile);

const MOUNT = `
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CallsPanel } from './calls-panel.js';
createRoot(document.body.appendChild(document.createElement('div'))).render(
  <StrictMode>
    <CallsPanel />
  </StrictMode>,
);
`;

/** Compiler options of a front end: without Node.js, without the packages of this service, and every declaration checked. */
const FRONT_END = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  },
  include: ['*.ts', '*.tsx'],
};

const VITE = `
export default {
  define: { 'process.env.NODE_ENV': '"development"' },
  build: {
    outDir: '.',
    emptyOutDir: false,
    lib: { entry: 'mount.tsx', formats: ['es'], fileName: () => 'built.js' },
  },
};
`;

describe('the examples of the client, in Chromium', () => {
  let folder: string;
  let server: PushServer;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(ROOT, 'node_modules/.front-end-'));
    await Promise.all([
      cp(`${ROOT}docs/examples/react`, folder, { recursive: true }),
      cp(`${ROOT}dist/client`, join(folder, 'telephony'), { recursive: true }),
      writeFile(join(folder, 'mount.tsx'), MOUNT),
      writeFile(join(folder, 'vite.config.js'), VITE),
      writeFile(join(folder, 'tsconfig.json'), JSON.stringify(FRONT_END)),
      writeFile(
        join(folder, 'react.html'),
        '<!doctype html><body><script type="module" src="built.js"></script></body>',
      ),
    ]);
    browser = await TestBrowser.start();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    server = await PushServer.start([`${ROOT}docs/examples/plain-page`, `${ROOT}dist/client`, folder]);
  });
  afterEach(async () => {
    await browser.closePages();
    await server.stop();
    expect(browser.errors).toEqual([]);
  });

  const shows = (text: string | RegExp, selector = 'body') =>
    eventually(async () => expect(await page.locator(selector).innerText()).toMatch(text));

  describe('the plain page', () => {
    const open = async (token: string | null) =>
      (page = await browser.open(`${server.url}/index.html`, token));

    it('shows a call from its ring to its end', async () => {
      await open('good');
      await shows('Connected', '#connection');
      await shows('No call at the moment');
      server.ring(liveCall({ id: 1 }), 'রহিমা');
      await shows(/রহিমা\s+Ringing\s+Incoming · 01712345678 · extension 201/u, '#calls');
      expect(await page.title()).toBe('রহিমা calls');
      const answeredAt = new Date(Date.now() - 65_000).toISOString();
      server.update(liveCall({ id: 1, status: 'answered', version: 2, answeredAt }));
      await shows(/Talking 1:0\d/u, '#calls');
      server.update(liveCall({ id: 1, status: 'completed', version: 3, answeredAt, durationSeconds: 70 }));
      await shows(/Ended 1:10/u, '#ended');
      await shows('No call at the moment');
      expect(await page.title()).toBe('Calls');
    });

    it('shows a name as text, whatever is in it', async () => {
      await open('good');
      await shows('Connected');
      server.ring(liveCall({ id: 1 }), '<img src=x onerror=alert(1)>');
      await shows('<img src=x onerror=alert(1)>', '#calls');
    });

    it('says that the connection is lost, keeps what it shows, and shows what is missed', async () => {
      await open('good');
      server.update(liveCall({ id: 1 }));
      await shows('Ringing', '#calls');
      const { port } = server;
      await server.stop();
      await shows('Connection lost', '#connection');
      await shows('Ringing', '#calls');
      server = await PushServer.start([], port);
      server.write(liveCall({ id: 1, status: 'failed', version: 2 }));
      await shows('Connected', '#connection');
      await shows('Not reached', '#ended');
    });

    it('asks for a token, and connects with it', async () => {
      await open(null);
      await page.evaluate('localStorage.clear()');
      await page.reload();
      await shows('Not signed in', '#connection');
      await page.getByLabel('Token of the agent').fill('good');
      await page.getByRole('button', { name: 'Connect' }).click();
      await shows('Connected', '#connection');
    });

    it('says why it is refused', async () => {
      await open('old');
      await shows('Refused: The access token is not valid', '#connection');
    });

    it.each([1280, 360])('fits into a window of %i pixels', async (width) => {
      await open('good');
      await page.setViewportSize({ width, height: 700 });
      server.ring(liveCall({ id: 1, queueName: 'sales-and-after-sales-of-the-shop' }), 'A'.repeat(60));
      await shows('Ringing', '#calls');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });
  });

  it('the plain page shows a call of the service from another origin, which the service allows', async () => {
    const pages = await PushServer.start([folder, `${ROOT}docs/examples/plain-page`, `${ROOT}dist/client`]);
    const database = await createTestDatabase();
    const app = await TestApp.start(database, { http: { browserOrigins: [pages.url] } });
    try {
      const script = await readFile(`${ROOT}docs/examples/plain-page/page.js`, 'utf8');
      const withUrl = script.replace('getToken:', `url: '${app.url}',\n  getToken:`);
      await writeFile(join(folder, 'page.js'), withUrl);
      page = await browser.open(`${pages.url}/index.html`, await tokenOf(AGENT_201));
      await shows('Connected', '#connection');
      await new PbxEvents(app).incoming('PAGE-1', 0, '01712345678');
      await shows(/01712345678\s+Ringing/u, '#calls');
    } finally {
      await Promise.all([app.close(), pages.stop()]);
      await database.drop();
    }
  });

  describe('the React hooks', () => {
    it('are right for a compiler that has the declarations of the client alone', async () => {
      const { stdout } = await run(process.execPath, [
        `${ROOT}node_modules/typescript/bin/tsc`,
        '-p',
        folder,
      ]);
      expect(stdout).toBe('');
    });

    it('render each change, and the callback comes once for each call, in strict mode too', async () => {
      await run(process.execPath, [`${ROOT}node_modules/vite/bin/vite.js`, 'build', '--logLevel', 'error'], {
        cwd: folder,
      });
      page = await browser.open(`${server.url}/react.html`, 'good');
      await shows('live');
      server.ring(liveCall({ id: 1 }), 'Rahima');
      await shows(/Last caller: Rahima\s+Rahima: ringing/u);
      server.update(liveCall({ id: 1, status: 'completed', version: 2 }));
      await eventually(async () => expect(await page.locator('li').count()).toBe(0));
      // One connection, although strict mode mounts twice.
      expect(server.connected).toBe(1);
    });
  });
});
