/**
 * Between the engine's values and what SQL takes and gives: JSON of `load_orders` in, sealed columns out. The one
 * place where an order's personal data is sealed and opened.
 */
import type { AccountId, OrderId, WalletId } from '../core/ids.ts';
import { remember } from '../core/remember.ts';
import type { Vault } from '../platform/crypto.ts';
import type { EvidenceSource, FailureCode, Recipient, Verdict, Voucher } from '../routing/connector.ts';
import type { AttemptState } from './attempt.ts';
import type {
  Adjustment,
  AdjustmentCause,
  Attempt,
  DatedEvidence,
  Dialect,
  OrderFacts,
  OrderPrivate,
  OrderRecord,
  OrderState,
  PricingInputs,
  Progress,
} from './order.ts';

/** A recipient as it is stored: under its keyed hash, and sealed. */
export interface SealedRecipient {
  readonly hash: string;
  readonly sealed: Buffer;
}

/** As many as are recharged within a minute or so: whoever is quoted, ordered for and tried again is sealed once. */
const RECIPIENTS_MAX = 10_000;

export function recipientSealer(vault: Vault): (recipient: Recipient) => SealedRecipient {
  const ofKind = (kind: Recipient['kind']) =>
    remember((value) => {
      // As text: small buffers share memory with whatever was made beside them, and would hold on to all of it.
      const sealed = vault.seal(value, 'recipient').toString('latin1');
      return { hash: hashRecipient(vault, { kind, value }), sealed };
    }, RECIPIENTS_MAX);
  const kinds = {
    phone: ofKind('phone'),
    email: ofKind('email'),
    player: ofKind('player'),
    account: ofKind('account'),
  };
  return ({ kind, value }) => {
    const { hash, sealed } = kinds[kind](value);
    return { hash, sealed: Buffer.from(sealed, 'latin1') };
  };
}

/** As `recipients` are found: the same for all accounts. */
export function hashRecipient(vault: Vault, { kind, value }: Recipient): string {
  return vault.hash('recipient', kind, value);
}

export function sealPrivate(vault: Vault, data: OrderPrivate): Buffer {
  return vault.seal(JSON.stringify(data), 'order.private');
}

export function openPrivate(vault: Vault, sealed: Buffer): OrderPrivate {
  return JSON.parse(vault.open(sealed, 'order.private')) as OrderPrivate; // sealed by the function above
}

export function sealVoucher(vault: Vault, voucher: Voucher): Buffer {
  return vault.seal(JSON.stringify(voucher), 'voucher');
}

/** One row of `toprail.load_orders`. Columns are ours, so their shapes are asserted by the schema, not again here. */
export function readOrder(text: string, vault: Vault): OrderRecord {
  const row = JSON.parse(text) as LoadedRow;
  return {
    facts: readFacts(row, vault),
    progress: readProgress(row.progress),
    attempts: row.attempts.map(readAttempt),
    adjustments: row.adjustments.map(readAdjustment),
    voucher: row.voucher === null ? undefined : (JSON.parse(open(vault, row.voucher, 'voucher')) as Voucher),
  };
}

function readFacts(row: LoadedRow, vault: Vault): OrderFacts {
  const { order, recipient } = row;
  return {
    id: BigInt(order.id) as OrderId,
    accountId: BigInt(order.account_id) as AccountId,
    environment: order.environment,
    clientId: order.client_id,
    dialect: order.dialect,
    walletId: BigInt(order.wallet_id) as WalletId,
    productId: order.product_id,
    operatorId: order.operator_id,
    country: order.country,
    recipient:
      recipient.sealed === null
        ? undefined
        : { kind: recipient.kind, value: open(vault, recipient.sealed, 'recipient') },
    amountMode: order.amount_mode,
    sendAmount: BigInt(order.send_amount),
    currency: order.currency,
    receiveAmount: BigInt(order.receive_amount),
    receiveCurrency: order.receive_currency,
    fxRate: order.fx_rate,
    discount: BigInt(order.discount),
    commission: BigInt(order.commission),
    fee: BigInt(order.fee),
    tax: BigInt(order.tax),
    cost: BigInt(order.cost),
    pricing: order.pricing,
    balanceBefore: BigInt(order.balance_before),
    balanceAfter: BigInt(order.balance_after),
    minimumReceive: minor(order.minimum_receive),
    deadlineAtMs: instant(order.deadline_at),
    createdAtMs: Date.parse(order.created_at),
    private:
      order.private === null ? {} : (JSON.parse(open(vault, order.private, 'order.private')) as OrderPrivate),
  };
}

function readProgress(row: LoadedRow['progress']): Progress {
  return {
    state: row.state,
    fence: row.fence,
    attempt: row.attempt,
    doubtSinceMs: instant(row.doubt_since),
    failure: row.failure_code ?? undefined,
    deliveredAmount: minor(row.delivered_amount),
    providerReference: row.provider_reference ?? undefined,
    completedAtMs: instant(row.completed_at),
    delayedAtMs: instant(row.delayed_at),
  };
}

function readAttempt(row: LoadedRow['attempts'][number]): Attempt {
  return {
    number: row.number,
    provider: row.provider_id,
    sku: row.sku,
    epoch: row.epoch,
    instructionHash: row.instruction_hash,
    providerCost: BigInt(row.provider_cost),
    providerCostWallet: BigInt(row.provider_cost_wallet),
    state: row.state,
    createdAtMs: Date.parse(row.created_at),
    sentAtMs: instant(row.sent_at),
    evidence: row.evidence.map(readEvidence),
  };
}

function readEvidence(row: LoadedEvidence): DatedEvidence {
  const deliveredAmount = minor(row.delivered_amount);
  return {
    source: row.source,
    verdict: row.verdict,
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.provider_reference === null ? {} : { providerReference: row.provider_reference }),
    ...(deliveredAmount === undefined ? {} : { deliveredAmount }),
    receivedAtMs: Date.parse(row.received_at),
  };
}

function readAdjustment(row: LoadedRow['adjustments'][number]): Adjustment {
  return {
    id: BigInt(row.id),
    cause: row.cause,
    amount: BigInt(row.amount),
    currency: row.currency,
    createdAtMs: Date.parse(row.created_at),
  };
}

function open(vault: Vault, base64: string, context: Parameters<Vault['open']>[1]): string {
  return vault.open(Buffer.from(base64, 'base64'), context);
}

function minor(text: string | null): bigint | undefined {
  return text === null ? undefined : BigInt(text);
}

function instant(text: string | null): number | undefined {
  return text === null ? undefined : Date.parse(text);
}

interface LoadedEvidence {
  source: EvidenceSource;
  verdict: Verdict;
  code: string | null;
  provider_reference: string | null;
  delivered_amount: string | null;
  received_at: string;
}

interface LoadedRow {
  order: {
    id: string;
    account_id: number;
    environment: 'sandbox' | 'live';
    client_id: string;
    dialect: Dialect;
    wallet_id: number;
    product_id: number;
    operator_id: number;
    country: string;
    amount_mode: 'send' | 'receive';
    send_amount: string;
    currency: string;
    receive_amount: string;
    receive_currency: string;
    fx_rate: string;
    discount: string;
    commission: string;
    fee: string;
    tax: string;
    cost: string;
    pricing: PricingInputs;
    balance_before: string;
    balance_after: string;
    minimum_receive: string | null;
    deadline_at: string | null;
    created_at: string;
    private: string | null;
  };
  recipient: { kind: Recipient['kind']; sealed: string | null };
  progress: {
    state: OrderState;
    fence: number;
    attempt: number;
    doubt_since: string | null;
    failure_code: FailureCode | null;
    delivered_amount: string | null;
    provider_reference: string | null;
    completed_at: string | null;
    delayed_at: string | null;
  };
  attempts: {
    number: number;
    provider_id: string;
    sku: string;
    epoch: number;
    instruction_hash: string;
    provider_cost: string;
    provider_cost_wallet: string;
    state: AttemptState;
    created_at: string;
    sent_at: string | null;
    evidence: LoadedEvidence[];
  }[];
  adjustments: { id: string; cause: AdjustmentCause; amount: string; currency: string; created_at: string }[];
  voucher: string | null;
}
