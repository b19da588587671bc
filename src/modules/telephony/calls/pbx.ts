/** What the CRM can ask of the PBX. The one port behind which the real PBX and the mock stand. */
export abstract class Pbx {
  /** mock: nothing leaves the machine. */
  abstract readonly mode: 'live' | 'mock';

  /**
   * Asks for an outbound call. Sent once, never again: a second request would ring twice.
   * @throws DomainError PBX_REFUSED, PBX_UNREACHABLE, PBX_UNINTELLIGIBLE, PBX_CIRCUIT_OPEN, PBX_TIMEOUT
   */
  abstract start(request: PbxStartRequest): Promise<PbxStartAnswer>;

  /**
   * Asks for the end of a call, and once more when that met a fault of the PBX or of the way to it.
   * @throws DomainError as `start` does
   */
  abstract hangup(request: PbxHangupRequest): Promise<void>;

  /** Asks to hand a call to another extension, once more as `hangup` does. @throws DomainError as `start` does */
  abstract transfer(request: PbxTransferRequest): Promise<void>;
}

/** Fields as the contract names them. */
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
