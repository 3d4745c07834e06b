import { formatId } from '../../../core/ids.ts';
import type * as wire from '../wire.ts';
import type { Call } from './call.ts';

/**
 * `POST /accounts/verify`, without a body: whose token this is, and what it opens. The documents name the path in an
 * example of an error and nowhere else: the answer is ours.
 */
export function verifyAccount({ caller }: Call): wire.VerifiedAccount {
  return {
    verified: true,
    accountId: formatId('account', caller.accountId),
    status: caller.accountStatus === 'active' ? 'ACTIVE' : 'SUSPENDED',
    environment: caller.environment === 'live' ? 'LIVE' : 'SANDBOX',
    scope: caller.scopes.join(' '),
  };
}
