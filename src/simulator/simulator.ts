import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createHttpServer, type Answer, type Routes } from './http/http-server.js';
import { Journal } from './journal.js';
import { Pbx, type Call } from './pbx.js';
import {
  DEFAULT_BEHAVIOUR,
  readBehaviour,
  readCallId,
  readSimulation,
  readStart,
  readTransferExtension,
  type Behaviour,
} from './settings.js';
import { type Signer, unsigned } from './webhooks/signer.js';
import { RECORDINGS_PATH } from './recordings/serve-recording.js';
import { startAnswer } from './start-answer.js';
import { WebhookPoster } from './webhooks/webhook-poster.js';

export interface SimulatorOptions {
  /** 0: any free port. */
  port: number;
  /** The bearer key that every request must carry. */
  key: string;
  crmUrl: string;
  /** Called for each attempt to post a webhook. */
  sign: Signer;
  /** Initial behaviour, merged into DEFAULT_BEHAVIOUR. */
  behaviour: Partial<Behaviour>;
  /** Receives one log line per event, with masked phone numbers. */
  print: (line: string) => void;
}

export interface Simulator {
  /** The value for BRACKNET_API_BASE_URL. */
  url: string;
  key: string;
  /** Closes open connections and the port, and posts no further webhooks. */
  close(): Promise<void>;
}

export const DEFAULT_OPTIONS: SimulatorOptions = {
  port: 4000,
  key: 'simulator-key',
  crmUrl: 'http://localhost:3000',
  sign: unsigned,
  behaviour: {},
  print: () => undefined,
};

const SUCCESS = { status: 200, body: { status: 'success' } };

/** Starts a PBX that implements the contract. Rejects when the port is in use. */
export async function startSimulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const { port, key, crmUrl, sign, behaviour, print } = { ...DEFAULT_OPTIONS, ...options };
  const stop = new AbortController();
  const journal = new Journal(print);
  const poster = new WebhookPoster(crmUrl, journal, stop.signal, sign);
  const pbx = new Pbx(
    poster,
    journal,
    stop.signal,
    () => `http://127.0.0.1:${portOf(server)}${RECORDINGS_PATH}`,
  );
  const routes = routesOf(pbx, journal, { ...DEFAULT_BEHAVIOUR, ...behaviour }, stop.signal);
  const server = createHttpServer(key, routes, journal).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    key,
    async close() {
      stop.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, pbx.whenIdle()]);
    },
  };
}

function routesOf(pbx: Pbx, journal: Journal, initial: Behaviour, stopped: AbortSignal): Routes {
  let behaviour = initial;

  return {
    'POST /api/call/start': async (body) => {
      const { agentExtension, customerNumber, crmCallId } = readStart(body);
      const { answer, slowMs, scenario, ...settings } = behaviour;
      const start = startAnswer(answer);
      if (!start.placesCall) return start.answer();
      const call = pbx.begin({ scenario, customerNumber, extension: agentExtension, settings, crmCallId });
      if (settings.eventBeforeAnswer) await pbx.postFirst(call);
      if (answer === 'slow') await pause(slowMs, undefined, { signal: stopped }).catch(() => undefined);
      call.announced = true;
      return { ...start.answer(call.id), afterwards: () => pbx.post(call) };
    },

    'POST /api/call/hangup': (body) => {
      const call = pbx.find(readCallId(body));
      pbx.hangUp(call);
      return { status: 200, body: { status: 'ended' }, afterwards: () => pbx.post(call) };
    },

    'POST /api/call/transfer': (body) => {
      const call = pbx.find(readCallId(body));
      pbx.transfer(call, readTransferExtension(body));
      return { ...SUCCESS, afterwards: () => pbx.post(call) };
    },

    'POST /simulate': async (body) => {
      const { scenario, from, toExtension, wait, settings } = readSimulation(body, behaviour);
      const call = pbx.begin({ scenario, customerNumber: from, extension: toExtension, settings });
      if (settings.eventBeforeAnswer) await pbx.postFirst(call);
      if (wait) await pbx.post(call);
      return { ...simulated(call, wait), afterwards: () => pbx.post(call) };
    },

    'GET /behaviour': () => ({ status: 200, body: behaviour }),
    'POST /behaviour': (body) => {
      behaviour = readBehaviour(body, behaviour);
      return { status: 200, body: behaviour };
    },
    'DELETE /behaviour': () => {
      behaviour = initial;
      return { status: 200, body: behaviour };
    },

    'GET /log': () => ({ status: 200, body: { requests: journal.requests, webhooks: journal.webhooks } }),
    'DELETE /log': () => {
      journal.clear();
      return { status: 204 };
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port');
  return address.port;
}

function simulated(call: Call, withWebhooks: boolean): Answer {
  const { id, scenario, seed, posted } = call;
  const body = { bracknet_call_id: id, scenario, seed, ...(withWebhooks ? { webhooks: posted } : {}) };
  return { status: 200, body };
}
