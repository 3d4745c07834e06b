/** What holds callers back, as every dialect is given it. */
import { formatId } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';
import type { Caller } from './clients.ts';
import { type LookupHolder, LookupQuota } from './lookup-quota.ts';
import { RateLimits } from './rate-limits.ts';

export interface Limits {
  readonly requests: RateLimits;
  readonly lookups: LookupQuota;
  /** Of addresses that ask without credentials, apart: however many there are, accounts keep theirs. */
  readonly publicLookups: LookupQuota;
}

export function createLimits(clock: Clock): Limits {
  return {
    requests: new RateLimits(clock),
    lookups: new LookupQuota(clock),
    publicLookups: new LookupQuota(clock),
  };
}

/** All clients of an account share its lookups. */
export function lookupHolder({ accountId, lookupsPerMinute }: Caller): LookupHolder {
  return { id: formatId('account', accountId), lookupsPerMinute };
}
