/**
 * The key with which webhooks of one client are signed, as Standard Webhooks writes keys: 256 bits, derived from the
 * installation's key and the client's id. It is stored nowhere and the same for as long as the client is; a client
 * that loses it to somebody is replaced by another one.
 */
import type { Vault } from '../platform/crypto.ts';

export const SECRET_PREFIX = 'whsec_';

export function webhookSecret(vault: Pick<Vault, 'token'>, clientId: string): string {
  const key = Buffer.from(vault.token('webhook', clientId), 'base64url');
  return `${SECRET_PREFIX}${key.toString('base64')}`;
}
