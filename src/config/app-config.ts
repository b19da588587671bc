/** Everything the environment decides, read once and validated (see `environment.ts`). Injected by this class. */
export class AppConfig {
  readonly environment: 'development' | 'production' | 'test';
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly http: {
    readonly port: number;
    readonly host: string;
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
    /** Kept for signature verification of webhooks. */
    readonly webhookSecret: string | null;
  };
  readonly webhooks: {
    /** Most events that may wait to be stored, and most bytes of them. */
    readonly queue: { readonly items: number; readonly bytes: number };
    /** Receipts that are older go, in days. */
    readonly retentionDays: number;
  };
  /** What is allowed but worth a second look, in sentences to print at the start. */
  readonly warnings: readonly string[];
}
