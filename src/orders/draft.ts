/** An order on its way into a batch: everything resolved, priced, hashed and sealed; only the wallet is open. */
import type { AccountId, OrderId, WalletId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Price } from '../pricing/price.ts';
import type { Recipient } from '../routing/connector.ts';
import type { Dialect, OrderPrivate } from './order.ts';

export interface Draft {
  readonly id: OrderId;
  readonly accountId: AccountId;
  readonly environment: 'sandbox' | 'live';
  readonly clientId: string;
  readonly dialect: Dialect;
  readonly walletId: WalletId;
  /** Keyed hash of the client's reference; undefined when it gave none. */
  readonly referenceHash: string | undefined;
  /** Keyed hash of the instruction: recipient, product, amount, currency. */
  readonly fingerprint: string;
  readonly recipient: Recipient;
  readonly recipientHash: string;
  readonly recipientSealed: Buffer;
  readonly productId: number;
  readonly operatorId: number;
  readonly country: string;
  readonly amountMode: 'send' | 'receive';
  readonly price: Price;
  /** Inputs of the price as JSON: those that other orders share, under a name made of their content, and its own. */
  readonly terms: { readonly id: string; readonly text: string };
  readonly pricingText: string;
  readonly minimumReceive: Minor | undefined;
  readonly deadlineSeconds: number | undefined;
  readonly private: OrderPrivate;
  readonly privateSealed: Buffer;
  readonly attempt: DraftAttempt;
  /** The quote whose price this is; the batch uses it up. */
  readonly quoteId: bigint | undefined;
  /** Whether this process sends it right after the commit: the attempt is then committed as SENDING. */
  readonly sendNow: boolean;
}

export interface DraftAttempt {
  /** Of the reference under which it leaves. */
  readonly epoch: number;
  readonly provider: string;
  readonly sku: string;
  readonly instructionHash: string;
  readonly providerCost: Minor;
  readonly providerCostWallet: Minor;
}
