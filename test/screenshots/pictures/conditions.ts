import type { Page } from 'playwright-core';
import { either } from '../picture.js';
import type { Stage } from '../stage.js';

type Condition = (stage: Stage, page: Page) => Promise<void>;

/** What a page says above the views while it has no connection. */
export const LOST = either('No connection\\. What', 'সংযোগ নেই। যা');
export const TRY_AGAIN = either('Try again', 'আবার চেষ্টা');
/** What the browser writes once the page is cut off. */
export const CUT_OFF = /WebSocket|ERR_FAILED/u;

/** Requests to this part of the API are not answered. */
export const waiting =
  (path: RegExp): Condition =>
  async (_stage, page) => {
    await page.route(path, () => undefined);
  };

/** The database cannot be reached when this part of the API is asked. */
export const failing =
  (path: RegExp): Condition =>
  async (_stage, page) => {
    await page.route(path, (route) =>
      route.fulfill({
        status: 503,
        json: { statusCode: 503, code: 'DATABASE_UNAVAILABLE', message: 'away', requestId: 'req-7f3a' },
      }),
    );
  };

/** For `cut`. Playwright's own offline mode leaves sockets open. */
export const cuttable: Condition = async (_stage, page) => {
  let isCut = false;
  const sockets = new Set<{ close(): Promise<void> }>();
  await page.exposeFunction('screenshotsCut', async () => {
    isCut = true;
    await Promise.all([...sockets].map((socket) => socket.close()));
  });
  await page.addInitScript(`addEventListener('screenshots-cut', () => screenshotsCut())`);
  await page.route(/\/api\//u, (route) => (isCut ? route.abort() : route.continue()));
  await page.routeWebSocket(/socket\.io/u, (socket) => {
    if (isCut) {
      void socket.close();
      return;
    }
    sockets.add(socket);
    socket.connectToServer();
  });
};

/** From now on the page reaches nothing. */
export async function cut(page: Page): Promise<void> {
  await page.evaluate(`dispatchEvent(new Event('screenshots-cut'))`);
}

/** As it is seen by a page whose user has signed out in another tab. */
export async function signOut(page: Page): Promise<void> {
  await page.evaluate(
    `localStorage.removeItem('authToken'); dispatchEvent(new StorageEvent('storage', { key: 'authToken' }))`,
  );
}
