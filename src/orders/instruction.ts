/** What a provider is asked, as far as the order knows it, and the keyed hash that is stored before it is asked. */
import type { Vault } from '../platform/crypto.ts';
import type { Instruction, Recipient } from '../routing/connector.ts';
import type { OrderRecord } from './order.ts';

/** What of an instruction comes from the order alone. An erased recipient is sent to nobody. */
export function instructed(order: OrderRecord): { recipient: Recipient; amount: bigint; currency: string } {
  const { recipient, receiveAmount, receiveCurrency } = order.facts;
  return {
    recipient: recipient ?? { kind: 'phone', value: '' },
    amount: receiveAmount,
    currency: receiveCurrency,
  };
}

/** The same reference is never sent with another content: this is what "the same" is held against. */
export function hashInstruction(
  { vault }: { readonly vault: Vault },
  instruction: Omit<Instruction, 'exponent'>,
): string {
  const { reference, sku, recipient, amount, currency } = instruction;
  return vault.hash('instruction', reference, sku, recipient.kind, recipient.value, `${amount}`, currency);
}
