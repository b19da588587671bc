/** A field that the service does not accept. */
export interface WrongField {
  readonly field: string;
  /** In English. */
  readonly problem: string;
  /** The same for a program; not given: by a rule of its own. */
  readonly rule?: string;
  /** The bound that the rule says. */
  readonly limit?: number;
}

interface ErrorParts {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | null;
  readonly details: readonly WrongField[];
  readonly retryAfterSeconds: number | null;
}

/** A request that was not carried out. `message` is in English and for a log: show `wordsOfError` of its code. */
export class ApiError extends Error {
  /** A code of the service; NO_CONNECTION, NO_ANSWER, FILE_INCOMPLETE, DATABASE_UNAVAILABLE, INTERNAL: also of this page, where no whole answer came. */
  readonly code: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly requestId: string | null;
  readonly details: readonly WrongField[];
  readonly retryAfterSeconds: number | null;

  constructor(message: string, { code, status, requestId, details, retryAfterSeconds }: ErrorParts) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** No answer came, only a part of one, or something else than the service answers. */
  static withoutAnswer(cause: unknown): ApiError {
    // Why it was ended by this page.
    if (cause instanceof ApiError) return cause;
    const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
    return ApiError.ofPage(isLate ? 'NO_ANSWER' : 'NO_CONNECTION', cause);
  }

  /** A file of which only a part came. */
  static incompleteFile(cause: unknown): ApiError {
    return ApiError.ofPage('FILE_INCOMPLETE', cause);
  }

  /** An answer that has nothing of what was asked, because the database did not answer in time. */
  static unread(): ApiError {
    return ApiError.ofPage('DATABASE_UNAVAILABLE', 'The database has not answered in time');
  }

  /** Nobody is signed in, so the service was not asked, or its answer was not waited for. */
  static signedOut(): ApiError {
    return ApiError.ofPage('UNAUTHENTICATED', 'Nobody is signed in');
  }

  /** The error of a request to show. Any other one is a fault of this page: it is reported as one, and shown all the same. */
  static toShow(cause: unknown): ApiError {
    if (cause instanceof ApiError) return cause;
    reportError(cause);
    return ApiError.ofPage('INTERNAL', cause);
  }

  private static ofPage(code: string, cause: unknown): ApiError {
    return new ApiError(String(cause), {
      code,
      status: 0,
      requestId: null,
      details: [],
      retryAfterSeconds: null,
    });
  }

  static async of(answer: Response): Promise<ApiError> {
    const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
    const { code, message, requestId, details } = body ?? {};
    return new ApiError(typeof message === 'string' ? message : answer.statusText, {
      code: typeof code === 'string' ? code : 'INTERNAL',
      status: answer.status,
      requestId: typeof requestId === 'string' ? requestId : answer.headers.get('X-Request-Id'),
      details: Array.isArray(details) ? (details as WrongField[]) : [],
      retryAfterSeconds: Number(answer.headers.get('Retry-After')) || null,
    });
  }
}
