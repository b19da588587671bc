/** The three places where the CRM says what kind of customer somebody is. */
export interface Standing {
  readonly customerType: string | null;
  readonly status: string | null;
  /** `customer_tiers.tier`, if it is active. */
  readonly tier: string | null;
}

export interface Badges {
  readonly isVip: boolean;
  readonly isBlacklisted: boolean;
}

/** The places may contradict each other: any of them counts. */
export function badgesOf({ customerType, status, tier }: Standing): Badges {
  const words = [customerType, status, tier].map((word) => word?.trim().toLowerCase());
  return { isVip: words.includes('vip'), isBlacklisted: words.includes('blacklist') };
}
