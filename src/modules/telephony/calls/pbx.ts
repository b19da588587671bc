/** Port to the PBX, implemented by the HTTP client and by the mock. */
export abstract class Pbx {
  /** mock: no request leaves the machine. */
  abstract readonly mode: 'live' | 'mock';

  /**
   * Starts an outbound call. Sent once and never retried: a second request would ring twice.
   * @throws DomainError PBX_REFUSED, PBX_UNREACHABLE, PBX_UNINTELLIGIBLE, PBX_CIRCUIT_OPEN, PBX_TIMEOUT
   */
  abstract start(request: PbxStartRequest): Promise<PbxStartAnswer>;

  /**
   * Ends a call. Retried once after a fault of the PBX or of the connection.
   * @throws DomainError as `start` does
   */
  abstract hangup(request: PbxHangupRequest): Promise<void>;

  /** Transfers a call to another extension. Retried as `hangup` is. @throws DomainError as `start` does */
  abstract transfer(request: PbxTransferRequest): Promise<void>;
}

/** The body of the request; field names of the contract. */
export interface PbxStartRequest {
  readonly agent_extension: string;
  readonly agent_id: string;
  /** National form for Bangladesh, such as 01712345678. */
  readonly customer_number: string;
  readonly caller_id: string;
  readonly call_type: string;
  readonly crm_call_id: string;
}

export interface PbxStartAnswer {
  readonly bracknetCallId: string;
  readonly message: string;
}

export interface PbxHangupRequest {
  readonly bracknet_call_id: string;
}

export interface PbxTransferRequest {
  readonly bracknet_call_id: string;
  readonly transfer_extension: string;
}
