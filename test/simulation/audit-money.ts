/** M1 - M6: what the wallets, the providers and the resellers must have by what was delivered, and by nothing else. */
import type { Knowledge } from './auditor.ts';
import { ACCOUNTS, COST_PERCENT, RATE, type Terms } from './market.ts';
import type { ModelOrder } from './model-rows.ts';
import type { ModelStore } from './model-store.ts';

export function auditMoney(
  store: ModelStore,
  { opening, corrections }: Knowledge,
  found: (rule: string, what: string) => void,
): void {
  const orders = [...store.orders.values()];
  const owed = new Map<string, bigint>();
  for (const terms of ACCOUNTS) {
    const mine = orders.filter(({ facts }) => facts.accountId === terms.buyer.accountId);
    let posted = opening;
    for (const order of mine) {
      const kept = keptPart(order);
      posted -= spentOn(order, terms, kept);
      posted += correctedOf(order, corrections.get(order.facts.id), found);
      owe(owed, `share`, (order.facts.sendAmount * terms.share * kept.of) / (100n * kept.whole));
    }
    const wallet = store.wallets.get(terms.walletId);
    if (wallet?.posted !== posted)
      found('M2', `wallet ${terms.walletId} has ${wallet?.posted}, and should have ${posted}`);
    const held = mine
      .filter(({ hold }) => hold === 'ACTIVE')
      .reduce((sum, { facts }) => sum + facts.cost, 0n);
    if (wallet?.held !== held) found('M4', `wallet ${terms.walletId} holds ${wallet?.held} of ${held}`);
    const entries = [...store.transfers.values()]
      .filter(({ walletId }) => walletId === terms.walletId)
      .sort((a, b) => Number((a.entry ?? 0n) - (b.entry ?? 0n)));
    let balance = opening;
    for (const [index, { entry, debit, amount, postedAfter }] of entries.entries()) {
      balance += debit === 'wallet' ? -amount : amount;
      if (entry !== BigInt(index + 1) || postedAfter !== balance)
        found('M2', `wallet ${terms.walletId}: line ${entry} shows ${postedAfter} for ${balance}`);
    }
  }
  for (const order of orders) {
    for (const { number, provider } of order.attempts) {
      const late = isLate(store, order, number);
      const kept =
        order.progress.state === 'DELIVERED' && isConfirmed(order, number) ? keptPart(order) : NOTHING;
      const cost = (order.facts.sendAmount * RATE * COST_PERCENT) / 100n;
      owe(owed, provider, late ? cost : (cost * kept.of) / kept.whole);
    }
  }
  const booked = new Map<string, bigint>();
  for (const { debit, credit, amount } of store.transfers.values()) {
    owe(booked, nameOf(credit), amount);
    owe(booked, nameOf(debit), -amount);
  }
  for (const name of ['alpha', 'beta', 'gamma', 'delta', 'share']) {
    const [should, has] = [owed.get(name) ?? 0n, booked.get(name) ?? 0n];
    if (should !== has) found('M1', `${name} is owed ${should} and the books say ${has}`);
  }
  for (const { facts, progress, hold } of orders) {
    const expected =
      progress.state === 'DELIVERED'
        ? 'CAPTURED'
        : progress.state === 'FAILED' || progress.state === 'CANCELLED'
          ? 'RELEASED'
          : 'ACTIVE';
    if (hold !== expected) found('M4', `order ${facts.id} is ${progress.state} and its hold is ${hold}`);
  }
}

interface Part {
  readonly of: bigint;
  readonly whole: bigint;
}

const NOTHING: Part = { of: 0n, whole: 1n };

/** Which part of an order the customer has in the end. */
function keptPart({ progress, adjustments, facts }: ModelOrder): Part {
  if (progress.state !== 'DELIVERED' || adjustments.some(({ cause }) => cause === 'OPERATOR_REVERSAL'))
    return NOTHING;
  return { of: progress.deliveredAmount ?? 0n, whole: facts.receiveAmount };
}

/** What a correction has left with the customer: a reversal after it gave back what was still paid, and so undid it. */
function correctedOf(
  { facts, adjustments }: ModelOrder,
  decided: bigint | undefined,
  found: (rule: string, what: string) => void,
): bigint {
  const back = adjustments.reduce((sum, { amount }) => sum + amount, 0n);
  if (back < 0n || back > facts.cost - facts.commission)
    found('M5', `order ${facts.id} gave ${back} back of ${facts.cost - facts.commission}`);
  const made = adjustments.findIndex(({ cause }) => cause === 'CORRECTION');
  if (made < 0) return 0n;
  if (adjustments[made]?.amount !== decided)
    found(
      'M5',
      `order ${facts.id} was corrected by ${adjustments[made]?.amount}, and people said ${decided}`,
    );
  return adjustments.slice(made).some(({ cause }) => cause === 'OPERATOR_REVERSAL') ? 0n : (decided ?? 0n);
}

function spentOn({ facts }: ModelOrder, { discount, commission }: Terms, { of, whole }: Part): bigint {
  return (facts.sendAmount * (100n - discount - commission) * of) / (100n * whole);
}

function isConfirmed({ attempts }: ModelOrder, number: number): boolean {
  return attempts.some((one) => one.number === number && one.state === 'CONFIRMED');
}

/**
 * The attempt whose late delivery was booked. Of those that were refused and delivered all the same, any may be the
 * first to come to light; so the books say whose it is, if it is one of them.
 */
function isLate(store: ModelStore, { adjustments, attempts }: ModelOrder, number: number): boolean {
  const booked = adjustments.find(({ cause }) => cause === 'LATE_DELIVERY');
  if (!booked) return false;
  const late = attempts.filter(
    ({ state, evidence }) => state === 'REFUSED' && evidence.some(({ verdict }) => verdict === 'delivered'),
  );
  const loss = [...store.transfers.values()].find(
    ({ source, kind }) => source === booked.id && kind === 'loss',
  );
  const named = late.find(({ provider }) => loss && nameOf(loss.credit) === provider);
  return (named ?? late[0])?.number === number;
}

function nameOf(account: string): string {
  const [kind = '', name = ''] = account.split(':');
  return kind === 'payable' ? name : kind;
}

function owe(to: Map<string, bigint>, name: string, amount: bigint): void {
  to.set(name, (to.get(name) ?? 0n) + amount);
}
