/** Recipients that are e-mail addresses: the accounts of Nauta, Cuba's network of public access points. */
import type { Operator } from './catalogue.ts';

const ADDRESS_MAX = 254; // RFC 5321
const LOCAL_PART = /^[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?$/;

/** The address in small letters, if it is one of a domain that the operator serves. */
export function normaliseEmail(address: string, operator: Operator): string | undefined {
  if (operator.recipient.kind !== 'email' || address.length > ADDRESS_MAX) return undefined;
  const [local, domain, ...rest] = address.trim().toLowerCase().split('@');
  if (local === undefined || domain === undefined || rest.length > 0) return undefined;
  if (!LOCAL_PART.test(local) || local.includes('..')) return undefined;
  return operator.recipient.domains.includes(domain) ? `${local}@${domain}` : undefined;
}
