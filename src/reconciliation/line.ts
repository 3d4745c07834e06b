/** What a provider says in a statement, and what a comparison with our books makes of it. docs/reconciliation.md. */
import type { Minor } from '../core/money.ts';

/** How it ended, by the provider. Whatever is still open says nothing, and is left out of what is read. */
export type StatedVerdict = 'delivered' | 'refused' | 'reversed';

/** Our reference at a provider, taken apart: `<epoch>-<order id>-<attempt>`. */
export interface NamedAttempt {
  readonly epoch: number;
  readonly orderId: bigint;
  readonly attempt: number;
}

export interface StatementLine {
  /** The attempt that it names in our words. */
  readonly named: NamedAttempt | undefined;
  readonly theirReference: string | undefined;
  /** As we write recipients: a phone number with its plus, an address, a player, an account. */
  readonly recipient: string | undefined;
  readonly verdict: StatedVerdict;
  /** Of a refusal, in the provider's words. */
  readonly code: string | undefined;
  /** What reached the recipient, or was asked for. Minor units of `currency`; undefined where a refusal gives none. */
  readonly amount: Minor | undefined;
  readonly currency: string;
  /** What the provider charges for it; for a reversal, what it gives back. */
  readonly cost: { readonly amount: Minor; readonly currency: string } | undefined;
  readonly atMs: number;
}

/** The classes in the order of their precedence: a line has the first one that fits, and so at most one. */
export const BREAK_CLASSES = {
  malformed: 'The line cannot be read.',
  unknown_reference: 'It names a reference of our form, and we have no such attempt at this provider.',
  missing_with_us: 'Nothing of ours fits it: something that nobody asked for.',
  missing_with_them: 'An attempt of ours that complete statements should have, and have not.',
  duplicate: 'Another line says the same of the same attempt.',
  currency: 'The attempt is in another currency.',
  amount: 'Delivered or taken back by both, but not as much.',
  reversed: 'Taken back, and our books did not know.',
  late: 'Delivered, and our books have it refused, failed or cancelled.',
  status: 'They say delivered and we not, or the other way round.',
  fee: 'The charge is not what our books say it costs.',
  out_of_window: 'All agrees but the time: far from our send, or outside the statement.',
} as const satisfies Record<string, string>;

export type BreakClass = keyof typeof BREAK_CLASSES;

/** What a line came to: it agrees, it has ended an order that was open, or its break. */
export type Outcome = 'matched' | 'ended' | Exclude<BreakClass, 'missing_with_them'>;
