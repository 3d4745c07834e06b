/** What a client may do. Append-only: a printed scope never changes its meaning. */

export const SCOPES = {
  'send-topups': 'Place orders (Reloadly).',
  'read-topups-history': 'Read orders and balances (Reloadly).',
  'read-operators': 'Read countries, operators and rates (Reloadly).',
  'read-promotions': 'Read promotions (Reloadly).',
  'orders:write': 'Place and cancel orders.',
  'orders:read': 'Read orders and their timelines.',
  'wallets:read': 'Read wallets and their entries.',
  'events:read': 'Read the event log.',
} as const satisfies Record<string, string>;

export type Scope = keyof typeof SCOPES;

/** What a client gets unless its owner chooses. */
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[]; // the object's own keys

function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}

/** Reads a list with spaces between (RFC 6749, 3.3). Undefined when one is not known. */
export function parseScopes(text: string): readonly Scope[] | undefined {
  const words = text.split(' ').filter((word) => word !== '');
  return words.every(isScope) ? [...new Set(words)] : undefined;
}

export function allows(caller: { readonly scopes: readonly Scope[] }, scope: Scope): boolean {
  return caller.scopes.includes(scope);
}
