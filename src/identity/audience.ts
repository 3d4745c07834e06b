/**
 * Whom a token is for. The credentials decide the environment, so a token lists every audience of its
 * environment, and asking for one of them gives the same token as asking for another.
 */
import type { ErrorCode } from '../core/errors.ts';
import type { Environment } from './clients.ts';

/** What clients of the services that we stand in for ask for. Source: docs.reloadly.com, "Authentication". */
const DIALECT_AUDIENCES = {
  sandbox: ['https://topups-sandbox.reloadly.com'],
  live: ['https://topups.reloadly.com'],
} as const satisfies Record<Environment, readonly string[]>;

/** Of a token, and of a request for one. Our own issuer is an audience of both environments. */
export function acceptedAudiences(environment: Environment, issuer: string): readonly string[] {
  return [...DIALECT_AUDIENCES[environment], issuer];
}

export type AudienceCheck =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'invalid_audience' | 'invalid_credentials'>;
    };

/** None means our own. The other environment's means that these are the wrong credentials for it. */
export function audienceFor(
  requested: string | undefined,
  { environment, issuer }: { readonly environment: Environment; readonly issuer: string },
): AudienceCheck {
  if (requested === undefined) return { kind: 'accepted' };
  const audience = requested.replace(/\/$/, '');
  const accepted = acceptedAudiences(environment, issuer.replace(/\/$/, ''));
  if (accepted.includes(audience)) return { kind: 'accepted' };
  const other = environment === 'sandbox' ? 'live' : 'sandbox';
  const isOther = (DIALECT_AUDIENCES[other] as readonly string[]).includes(audience);
  return { kind: 'refused', code: isOther ? 'invalid_credentials' : 'invalid_audience' };
}
