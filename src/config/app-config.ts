/** Everything the environment decides, read once and validated (see `environment.ts`). Injected by this class. */
export class AppConfig {
  readonly environment: 'development' | 'production' | 'test';
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Addresses and CIDR blocks whose X-Forwarded-For is believed. */
    readonly trustedProxies: readonly string[];
  };
  /** How metrics can be read; neither a port nor a token: not at all. */
  readonly metrics: {
    /** null: on the port of the service. */
    readonly port: number | null;
    readonly host: string;
    /** null: on a port of their own whoever reaches it may read them. */
    readonly token: string | null;
  };
  readonly database: {
    /** null: embedded PostgreSQL in `dataFolder`. */
    readonly url: string | null;
    readonly poolSize: number;
    /** Longest time one statement may run, in milliseconds. */
    readonly statementTimeoutMs: number;
  };
  /** Holds the embedded database and the generated development secret. */
  readonly dataFolder: string;
  readonly auth: {
    /** Shared HS256 secret; null only when `jwksUrl` is set. */
    readonly jwtSecret: string | null;
    /** RS256/ES256 keys of an identity provider; null: HS256 only. */
    readonly jwksUrl: string | null;
    readonly issuer: string | null;
    readonly audience: string | null;
    readonly supervisorRoles: readonly string[];
  };
  readonly telephony: {
    readonly provider: 'bracknet';
    /** ISO 3166 alpha-2 codes that may be dialled. */
    readonly dialCountries: readonly string[];
    /** IANA zone of task dates, notes, date filters and the CRM's zone-less columns. */
    readonly businessTimeZone: string;
    /** IANA zone in which the former code wrote `telephony_calls`; used by the adoption migration alone. */
    readonly legacyTimeZone: string;
  };
  readonly bracknet: {
    /** mock: no call leaves the machine. */
    readonly mode: 'live' | 'mock';
    readonly baseUrl: string | null;
    readonly apiKey: string | null;
    readonly timeoutMs: number;
  };
  readonly webhooks: {
    /** off: nobody looks at signatures; monitor: they are counted, and everyone is let pass. */
    readonly mode: 'off' | 'monitor' | 'enforce';
    readonly profile: 'standard' | 'bracknet';
    /** Headers of the bracknet profile, and how it writes signatures. */
    readonly bracknetHeaders: { readonly id: string; readonly timestamp: string; readonly signature: string };
    readonly bracknetEncoding: 'hex' | 'base64';
    /** Newest first, as bytes; none only when the mode is off. */
    readonly secrets: readonly Buffer[];
    /** How far the time of a signature may be off, edges included. */
    readonly pastSeconds: number;
    readonly futureSeconds: number;
    /** Addresses and CIDR blocks; empty: everyone. */
    readonly allowedIps: readonly string[];
    /** Limits for each source address. */
    readonly failuresPerMinute: number;
    readonly eventsPerSecond: number;
    /** Most events that may wait to be stored, and most bytes of them. */
    readonly queue: { readonly items: number; readonly bytes: number };
    /** Receipts that are older go, in days. */
    readonly retentionDays: number;
  };
  /** When calls that the PBX has forgotten are given up; all in seconds. */
  readonly sweeper: {
    readonly intervalSeconds: number;
    readonly limits: {
      /** Started, and the PBX gave it no id. */
      readonly unplaced: number;
      /** Started, with an id, and the PBX reported nothing. */
      readonly silent: number;
      readonly ringing: number;
      /** Since an agent asked to hang up. */
      readonly hangup: number;
      readonly answered: number;
    };
  };
  /** What is allowed but worth a second look, in sentences to print at the start. */
  readonly warnings: readonly string[];
}
