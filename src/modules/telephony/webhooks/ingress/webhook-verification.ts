import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Clock } from '../../../../common/time/clock.js';
import { webhooksConfig } from '../../../../config/namespaces/webhooks.config.js';
import { AddressAllowlist } from './address-allowlist.js';
import { bracknetProfile, type SignatureProfile, STANDARD_PROFILE } from './signature-profile.js';
import {
  type SignatureClaim,
  type SignatureRejection,
  type SignatureVerdict,
  WebhookSignature,
} from './webhook-signature.js';

type WebhooksConfig = ConfigType<typeof webhooksConfig>;
export type SignatureMode = WebhooksConfig['mode'];

/** The active verification settings, without secrets. */
export interface VerificationSummary {
  readonly mode: SignatureMode;
  readonly profile: SignatureProfile['name'];
  /** Ids of the active secrets, newest first. */
  readonly keyIds: readonly string[];
  /** Empty: all addresses. */
  readonly allowedAddresses: readonly string[];
}

/** Verifies source addresses and signatures with the configured allowlist, profile and secrets. */
@Injectable()
export class WebhookVerification {
  readonly mode: SignatureMode;
  readonly allowlist: AddressAllowlist;
  private readonly signature: WebhookSignature | null;
  private readonly profile: SignatureProfile;

  constructor(
    @Inject(webhooksConfig.KEY) webhooks: WebhooksConfig,
    private readonly clock: Clock,
  ) {
    this.mode = webhooks.mode;
    this.allowlist = new AddressAllowlist(webhooks.allowedIps);
    this.profile =
      webhooks.profile === 'standard'
        ? STANDARD_PROFILE
        : bracknetProfile(webhooks.bracknetHeaders, webhooks.bracknetEncoding);
    // Without secrets the mode is `off`; with secrets it may be `off` too, and `sign` still works.
    this.signature =
      webhooks.secrets.length > 0 ? new WebhookSignature(this.profile, webhooks.secrets, webhooks) : null;
  }

  /** Checks the signature headers. null: signatures are off. */
  readClaim(headers: IncomingHttpHeaders): SignatureClaim | SignatureRejection | null {
    if (this.mode === 'off' || this.signature === null) return null;
    return this.signature.readClaim(headers, Math.floor(this.clock.now().getTime() / 1000));
  }

  /** null: there is no secret. */
  verify(claim: SignatureClaim, body: Buffer): SignatureVerdict | null {
    return this.signature?.verify(claim, body) ?? null;
  }

  /** Headers of a delivery, signed with the newest secret; null: there is no secret. */
  sign(id: string, unixSeconds: number, body: Buffer): Record<string, string> | null {
    return this.signature?.sign(id, unixSeconds, body) ?? null;
  }

  describe(): VerificationSummary {
    return {
      mode: this.mode,
      profile: this.profile.name,
      keyIds: this.signature?.keyIds ?? [],
      allowedAddresses: this.allowlist.allowed,
    };
  }
}
