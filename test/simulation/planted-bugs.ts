/**
 * Bugs that somebody could write, as edits of the real source: each names a file, its text and what stands there
 * instead. The simulation must notice every one of them. A text that is not there any more fails, so the list follows
 * the source.
 */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
}

const ORDERS = 'src/orders';
const MODEL = 'test/simulation';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug('sends before the commit', `${ORDERS}/wake-up.ts`, [
    'const startedAt = momentOf(clock);',
    'const startedAt = momentOf(clock); dispatcher.send(order, wakeup.step.attempt, startedAt);',
  ]),
  bug('acknowledges before the commit', `${ORDERS}/place-order.ts`, [
    'const acceptance = await engine.intake.submit(draft);',
    `void engine.intake.submit(draft).catch(() => undefined);
     const acceptance = { draft, outcome: 'accepted', orderId: draft.id, balanceBefore: 0n, acceptedAtMs: engine.clock.now(), sending: false, startedAt: { nowMs: 0, elapsedMs: 0 } } as any;`,
  ]),
  bug('refunds on a timeout', `${ORDERS}/attempt.ts`, [
    "if (one.verdict === 'unsent')",
    "if (one.verdict === 'unsent' || one.code === 'TIMEOUT')",
  ]),
  bug('fails over while nobody knows', `${ORDERS}/attempt.ts`, [
    "if (one.verdict === 'unsent')",
    "if (one.verdict === 'unsent' || one.code === 'HTTP_500')",
  ]),
  bug('takes a refusal that nobody has explained for a proof', 'src/routing/connector.ts', [
    '    ? capability.refusedCodes[code]\n    : undefined;',
    "    ? capability.refusedCodes[code]\n    : { failure: 'refused_by_operator', retryable: true };",
  ]),
  bug('believes one NOT_FOUND', `${ORDERS}/attempt.ts`, [
    'const NOT_FOUND_ANSWERS = 2;',
    'const NOT_FOUND_ANSWERS = 1;',
  ]),
  bug('believes a NOT_FOUND that came too early', `${ORDERS}/attempt.ts`, [
    'let countsFromMs = sentAtMs + notFoundHorizonMs(capability);',
    'let countsFromMs = sentAtMs;',
  ]),
  bug('believes a NOT_FOUND that proves nothing', `${ORDERS}/attempt.ts`, [
    '!capability.notFoundIsProof || ',
    '',
  ]),
  bug('a refused attempt can still be moved', `${ORDERS}/attempt.ts`, [
    "return state === 'CONFIRMED' || state === 'REFUSED';",
    "return state === 'CONFIRMED';",
  ]),
  bug('takes an expired lease for "never sent"', `${ORDERS}/decide.ts`, [
    "{ source: 'recovery', verdict: 'unknown', code: 'LEASE_EXPIRED' }",
    "{ source: 'recovery', verdict: 'unsent', code: 'LEASE_EXPIRED' }",
  ]),
  bug('cancels what has been sent', `${ORDERS}/decide.ts`, [
    "attempt?.state !== 'READY') return undefined;\n  const evidence",
    '!attempt) return undefined;\n  const evidence',
  ]),
  bug('a partial delivery counts as whole', `${ORDERS}/decide.ts`, [
    'fold.deliveredAmount !== undefined && fold.deliveredAmount < receiveAmount',
    'fold.deliveredAmount !== undefined && fold.deliveredAmount > receiveAmount',
  ]),
  bug('an end without its event', `${ORDERS}/step.ts`, [
    "      type: 'order.failed',\n",
    "      type: 'order.delayed',\n",
  ]),
  bug('the same reference for another attempt', `${ORDERS}/order.ts`, [
    'return `${attempt.epoch}-${orderId}-${attempt.number}`;',
    'return `${attempt.epoch}-${orderId}-1`;',
  ]),
  bug('no deadline for sending', `${ORDERS}/dispatch.ts`, [
    'later(startedAt, connector.capability.sendDeadlineSeconds * 1000)',
    'later(startedAt, Number.POSITIVE_INFINITY)',
  ]),
  bug('the deadline counts from the answer to the commit', `${ORDERS}/place-order.ts`, [
    'engine.dispatcher.send(order, 1, acceptance.startedAt)',
    'engine.dispatcher.send(order, 1, { nowMs: engine.clock.now(), elapsedMs: engine.clock.elapsed() })',
  ]),
  bug('places at a provider are never given back', `${ORDERS}/dispatch.ts`, [
    '        this.giveRoom(attempt.provider);\n',
    '',
  ]),
  bug('a stale step counts as applied', `${ORDERS}/settlement.ts`, [
    '    if (!applied.applied) return undefined;\n',
    '',
  ]),
  bug('a callback is put aside before anybody has answered for it', `${ORDERS}/wake-up.ts`, [
    'if (!confirms(said, notice.evidence)) {',
    'if (said.verdict === "pending") {',
  ]),
  bug('a reversal forgets what a correction has given', `${ORDERS}/adjust.ts`, [
    '  return { ...part, cost: part.commission + paid };\n',
    '  return part;\n',
  ]),
  bug('a correction is made once more by whoever looks again', `${ORDERS}/review/correct-order.ts`, [
    '  if (whyNotCorrected(order, amount, availableMinor)) return undefined;\n',
    '  if (amount > order.facts.cost) return undefined;\n',
  ]),
  bug('an adjustment that is made is forgotten', `${ORDERS}/adjust.ts`, [
    '  if (order.adjustments.some((made) => made.cause === cause)) return undefined;\n',
    '',
  ]),
  bug('a loss is booked to the last provider', `${ORDERS}/settle-order.ts`, [
    'adjustmentPostings(draft, accountOf(draft.attempt))',
    'adjustmentPostings(draft, accountOf(step.attempt))',
  ]),
  bug('the commission is not paid', 'src/wallet/posting.ts', [
    "    { kind: 'commission', debit: 'revenue', credit: 'wallet', amount: commission, currency },\n",
    '',
  ]),
  bug('what resellers earn is not booked', 'src/wallet/posting.ts', [
    "return { kind: 'share', seq, debit: 'revenue', credit: `share:${accountId}`, amount, currency };",
    "return { kind: 'share', seq, debit: 'revenue', credit: `share:${accountId}`, amount: 0n * amount, currency };",
  ]),
  bug('the provider is owed in the wrong currency', 'src/wallet/posting.ts', [
    "leg('cost', 'exchange', providerAccount, figures.providerCost, figures.providerCurrency)",
    "leg('cost', 'exchange', providerAccount, figures.providerCostWallet, figures.providerCurrency)",
  ]),
  bug('a reversal gives nothing back', 'src/wallet/posting.ts', [
    "{ kind: 'refund', debit: 'revenue', credit: 'wallet', amount: cost, currency }",
    "{ kind: 'refund', debit: 'revenue', credit: 'wallet', amount: commission, currency }",
  ]),
  bug('a write ignores the fence', `${MODEL}/model-advance.ts`, [
    '  if (order.progress.fence !== read.progress.fence) return false;\n',
    '',
  ]),
  bug('what has ended can end again', `${MODEL}/model-advance.ts`, [
    '  if (order.progress.fence !== read.progress.fence) return false;\n  if (step.state !== undefined && hasEnded(order.progress.state)) return false;\n',
    '',
  ]),
  bug('the hold of a cancelled order stays', `${MODEL}/model-advance.ts`, [
    "step.state === 'FAILED' || step.state === 'CANCELLED'\n",
    "step.state === 'FAILED'\n",
  ]),
  bug('a hold is released twice', `${MODEL}/model-store.ts`, [
    'hasEnded(after.progress.state) && !hasEnded(before.progress.state)',
    'hasEnded(after.progress.state)',
  ]),
  bug('a hold is not released', `${MODEL}/model-store.ts`, [
    'if (ends) this.#moveWallet',
    "if (ends && after.progress.state === 'DELIVERED') this.#moveWallet",
  ]),
  bug('nobody looks at the balance', `${MODEL}/model-store.ts`, [
    'if (available + wallet.creditLimit < draft.price.cost)',
    'if (available + wallet.creditLimit < 0n)',
  ]),
  bug('a batch does not count what it has spent', `${MODEL}/model-store.ts`, [
    '        spent.set(wallet.id, taken + draft.price.cost);\n',
    '        spent.set(wallet.id, draft.price.cost);\n',
  ]),
  bug('a reference is not kept', `${MODEL}/model-store.ts`, [
    '      this.references.set(key, {\n        orderId: draft.id,',
    "      this.references.set('', {\n        orderId: draft.id,",
  ]),
  bug('a reference is kept for what was declined', `${MODEL}/model-store.ts`, [
    '        this.#dropReference(draft);\n',
    '',
  ]),
  bug('other content under a reference is taken for the same', `${MODEL}/model-store.ts`, [
    "standing.fingerprint === draft.fingerprint ? 'replayed' : 'reused'",
    "standing.fingerprint === '' ? 'reused' : 'replayed'",
  ]),
  bug('an event becomes visible behind a later one', `${MODEL}/model-store.ts`, [
    'this.events.push({ id: this.events.length + 1, accountId, orderId: id, ...event, atMs });',
    'this.events.splice(Math.max(0, this.events.length - 1), 0, { id: this.events.length + 1, accountId, orderId: id, ...event, atMs });',
  ]),
  bug('a claim has no end', `${MODEL}/model-store.ts`, [
    'this.#put({ ...order, progress, nextWakeupMs: nowMs + leaseSeconds * 1000 });',
    'this.#put({ ...order, progress, nextWakeupMs: nowMs + leaseSeconds * 1e9 });',
  ]),
];

function bug(name: string, file: string, ...edits: PlantedBug['edits']): PlantedBug {
  return { name, file, edits };
}
