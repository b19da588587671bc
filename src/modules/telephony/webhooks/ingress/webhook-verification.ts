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

/** Whom webhooks are taken from, in words that may be shown: never a secret. */
export interface VerificationSummary {
  readonly mode: SignatureMode;
  readonly profile: SignatureProfile['name'];
  /** Of the active secrets, newest first. */
  readonly keyIds: readonly string[];
  /** Empty: everyone. */
  readonly allowedAddresses: readonly string[];
}

/** Whose webhooks are believed: the configuration, made ready to be asked. */
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
    // Signatures may be switched off while there are secrets; there are none only when they are off.
    this.signature =
      webhooks.secrets.length > 0 ? new WebhookSignature(this.profile, webhooks.secrets, webhooks) : null;
  }

  /** What the headers claim now; null: signatures are not looked at. */
  readClaim(headers: IncomingHttpHeaders): SignatureClaim | SignatureRejection | null {
    if (this.mode === 'off' || this.signature === null) return null;
    return this.signature.readClaim(headers, Math.floor(this.clock.now().getTime() / 1000));
  }

  /** null: signatures are not looked at. */
  verify(claim: SignatureClaim, body: Buffer): SignatureVerdict | null {
    return this.signature?.verify(claim, body) ?? null;
  }

  /** The headers of a delivery signed with the newest secret; null: there is none. Time in Unix seconds. */
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
