import { io, type Socket } from 'socket.io-client';
import type { Mark } from './live-calls.js';
import { LiveReader, TokenRefused } from './live-reader.js';
import { Alarm, Backoff } from './spread.js';
import type { StateStore } from './state-store.js';
import type { ServerEvents, SessionExpiringMessage } from './wire.js';

/** Of the calls that are not in a complete snapshot, as many are read by id; the others are taken for over. */
const LARGEST_READ = 50;
const READS_AT_ONCE = 4;
const RESYNC_SPREAD_MS = 2000;
/** How often another token is asked for while the present one runs out. */
const RENEWAL_MS = 10_000;

/** What a refusal carries, as the service sends it. */
interface RefusalData {
  readonly code?: string;
  readonly message?: string;
}

/**
 * One connection to the service. The transport is brought back by socket.io-client; after a refusal, and after the
 * server has closed the socket, socket.io-client gives up, so this class connects again.
 */
export class TelephonyConnection {
  private readonly reader: LiveReader;
  private readonly socket: Socket<ServerEvents>;
  private readonly connectBackoff = new Backoff(Math.random);
  private readonly readBackoff = new Backoff(Math.random);
  private readonly connectAlarm = new Alarm();
  private readonly readAlarm = new Alarm();
  private readonly renewalAlarm = new Alarm();
  private token: string | null = null;
  /** Counts synchronisations and losses of the connection: a synchronisation that is not the last one is void. */
  private round = 0;

  /** @param url origin of the service; '' for that of the page */
  constructor(
    url: string,
    private readonly getToken: () => string | null | Promise<string | null>,
    private readonly store: StateStore,
  ) {
    this.reader = new LiveReader(url);
    this.socket = io(`${url}/telephony`, {
      autoConnect: false,
      // Two clients of one page, such as before and after signing out, share nothing.
      forceNew: true,
      transports: ['websocket'],
      auth: (send) => void this.authenticate(send),
      reconnectionDelay: 1000,
      reconnectionDelayMax: 5000,
      randomizationFactor: 0.5,
    });
    this.listen();
  }

  open(): void {
    this.connect();
  }

  reconnect(): void {
    const { connection, me } = this.store.state;
    if (connection.status === 'closed') return;
    // If the new token is refused, too, that is told again.
    if (connection.status === 'refused') this.store.setConnection(me === null ? 'connecting' : 'stale');
    this.stop();
    this.connectBackoff.reset();
    this.readBackoff.reset();
    this.connectAnew();
  }

  close(): void {
    this.stop();
    this.socket.disconnect();
    this.store.setConnection('closed');
  }

  private listen(): void {
    const { socket, store } = this;
    // It is told before the engine of the attempt is made.
    socket.io.on('reconnect_attempt', () => queueMicrotask(() => this.watchOpening()));
    socket.onAny((event, message) => store.emit('message', { event, message }));
    socket.on('ready', () => void this.synchronise());
    socket.on('incoming_call', (message) => this.settleLater(store.handlers.incoming_call(message)));
    socket.on('call_updated', (message) => this.settleLater(store.handlers.call_updated(message)));
    socket.on('call_gone', (message) => void store.handlers.call_gone(message));
    socket.on('agent_presence', (message) => void store.handlers.agent_presence(message));
    socket.on('task_changed', (message) => void store.handlers.task_changed(message));
    socket.on('board', (message) => store.emit('board', message));
    socket.on('resync', () =>
      this.readAlarm.start(Math.random() * RESYNC_SPREAD_MS, () => void this.synchronise()),
    );
    socket.on('session_expiring', (message) => this.renewUntil(message));
    socket.on('disconnect', (reason) => {
      // By this client itself: it is about to connect again, or is closed.
      if (reason === 'io client disconnect') return;
      this.stop();
      this.lost(reason);
      if (!socket.active) this.connectLater();
    });
    socket.on('connect_error', (error) => {
      if (socket.active) return this.lost(error.message);
      const { code = null, message } = (error as Error & { data?: RefusalData }).data ?? {};
      this.refused(code, message ?? error.message);
    });
  }

  /** Gives the token to the connection that is being made. */
  private async authenticate(send: (data: object) => void): Promise<void> {
    const { engine } = this.socket.io;
    const token = await this.askForToken();
    // It was lost meanwhile; the next one asks again.
    if (engine !== this.socket.io.engine || !this.socket.active) return;
    if (token === null) {
      this.socket.disconnect();
      return this.refused('NO_TOKEN', 'getToken gave no token');
    }
    this.token = token;
    send({ token });
  }

  private async askForToken(): Promise<string | null> {
    try {
      return await this.getToken();
    } catch {
      return null;
    }
  }

  /** Takes the snapshot and settles what it leaves open; then the state is that of the server. */
  private async synchronise(): Promise<void> {
    this.readAlarm.stop();
    const round = ++this.round;
    try {
      const asked = this.store.mark();
      const snapshot = await this.withToken((token) => this.reader.snapshot(token));
      if (round !== this.round) return;
      const doubtful = this.store.applySnapshot(snapshot, asked);
      if (snapshot.isComplete) this.drop(doubtful.splice(LARGEST_READ), asked);
      await this.readCalls(doubtful, round);
      if (round !== this.round) return;
      this.connectBackoff.reset();
      this.readBackoff.reset();
      this.store.setConnection('live');
      this.store.announceRinging();
    } catch (error) {
      if (round !== this.round) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof TokenRefused) this.store.setConnection('refused', 'UNAUTHENTICATED', reason);
      else this.lost(reason);
      this.readAlarm.start(this.readBackoff.nextMs(), () => void this.synchronise());
    }
  }

  private drop(ids: readonly number[], asked: Mark): void {
    for (const id of ids) this.store.settle(id, null, asked);
  }

  private async readCalls(ids: readonly number[], round: number): Promise<void> {
    const waiting = [...ids];
    const readNext = async (): Promise<void> => {
      while (round === this.round) {
        const id = waiting.pop();
        if (id === undefined) return;
        await this.readCall(id);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, readNext));
  }

  private async readCall(id: number): Promise<void> {
    const asked = this.store.mark();
    const call = await this.withToken((token) => this.reader.call(id, token));
    this.store.settle(id, call, asked);
  }

  private settleLater(id: number | null): void {
    if (id === null) return;
    const { round } = this;
    // When it cannot be read now, a snapshot is taken, which asks again. When the connection was lost meanwhile, the next one takes it.
    void this.readCall(id).catch(() => (round === this.round ? this.synchronise() : undefined));
  }

  /** Reads with the token of the socket; when that has ended, with a new one. */
  private async withToken<T>(read: (token: string) => Promise<T>): Promise<T> {
    try {
      return await read(this.token ?? '');
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const token = await this.askForToken();
      if (token === null || token === this.token) throw error;
      this.token = token;
      return await read(token);
    }
  }

  /** Connects with another token before the present one ends; while `getToken` returns the same, asks again. */
  private renewUntil({ at }: SessionExpiringMessage): void {
    const leftMs = Date.parse(at) - Date.now();
    const delayMs = Math.min(RENEWAL_MS, Math.max(leftMs / 2, 1000)) * Math.random();
    this.renewalAlarm.start(delayMs, () => void this.renew({ v: 1, at }));
  }

  private async renew(message: SessionExpiringMessage): Promise<void> {
    const token = await this.askForToken();
    if (!this.socket.connected) return;
    if (token === null || token === this.token) return this.renewUntil(message);
    this.stop();
    this.connectAnew();
  }

  private connectAnew(): void {
    this.socket.disconnect();
    this.connect();
  }

  private connect(): void {
    this.socket.connect();
    this.watchOpening();
  }

  /** A connection that is lost before it is open is no error to socket.io-client, which waits for its time-out. */
  private watchOpening(): void {
    const { engine } = this.socket.io;
    if (engine.readyState !== 'opening') return;
    const onClose = (reason: string): void => {
      // Closed by this client, or given up by socket.io-client after its time-out, which then connects again.
      if (reason === 'forced close') return;
      this.socket.disconnect();
      this.lost(reason);
      this.connectLater();
    };
    const settled = (): void => void engine.off('close', onClose);
    engine.once('close', onClose).once('open', settled).once('error', settled);
  }

  private lost(reason: string): void {
    const { connection, me } = this.store.state;
    // A refusal stands until the service lets the user in.
    if (connection.status === 'refused' || connection.status === 'closed') return;
    this.store.setConnection(me === null ? 'connecting' : 'stale', null, reason);
  }

  private refused(code: string | null, reason: string): void {
    this.stop();
    this.store.setConnection('refused', code, reason);
    this.connectLater();
  }

  private connectLater(): void {
    this.connectAlarm.start(this.connectBackoff.nextMs(), () => this.connect());
  }

  private stop(): void {
    this.round += 1;
    for (const alarm of [this.connectAlarm, this.readAlarm, this.renewalAlarm]) alarm.stop();
  }
}
