import { randomBytes } from 'node:crypto';
import { Pbx, type PbxStartAnswer } from '../calls/pbx.js';

/** Accepts every request and does nothing. */
export class BracknetMock extends Pbx {
  readonly mode = 'mock';

  /** A new id for every call, such as `BN-MOCK-5F0C2A9B81D3E746`. */
  start(): Promise<PbxStartAnswer> {
    const bracknetCallId = `BN-MOCK-${randomBytes(8).toString('hex').toUpperCase()}`;
    return Promise.resolve({
      bracknetCallId,
      message: 'Call initiated (mock mode: no call leaves this machine)',
    });
  }

  hangup(): Promise<void> {
    return Promise.resolve();
  }

  transfer(): Promise<void> {
    return Promise.resolve();
  }
}
