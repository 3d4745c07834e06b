/** The order engine, put together: what places, sends, settles, wakes and waits shares these. */
import type { IdMint } from '../core/ids.ts';
import type { Clock, Moment } from '../core/time.ts';
import { Batcher } from '../platform/batcher.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Database } from '../platform/postgres.ts';
import { type Circuits, signOf } from '../routing/circuits.ts';
import type { Capability, Connector, Recipient } from '../routing/connector.ts';
import type { WalletDirectory } from '../wallet/wallets.ts';
import type { Acceptance } from './accept-store.ts';
import { recipientSealer, type SealedRecipient } from './codec.ts';
import { DatabaseTime } from './database-time.ts';
import type { Circumstances } from './decide.ts';
import { Dispatcher, sendLeaseSeconds } from './dispatch.ts';
import type { Draft } from './draft.ts';
import { LearntPorts } from './learnt-ports.ts';
import { type Market, nextRoute } from './market.ts';
import { attemptOf, isTerminal, type OrderRecord } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { RetryBudget } from './retry-budget.ts';
import { Settlement } from './settlement.ts';
import type { Step } from './step.ts';
import { Waiting } from './waiting.ts';
import { Wakeups } from './wake-up.ts';

export interface EngineOptions {
  readonly database: Database;
  readonly store: OrderStore;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly mint: IdMint;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly wallets: Pick<WalletDirectory, 'find'>;
  readonly market: () => Market;
  readonly connector: (provider: string) => Connector | undefined;
  readonly circuits: Circuits;
  /** Random in 0 .. 1. */
  readonly random: () => number;
  /** Orders that this process has brought to their end: other processes are told. */
  readonly onOutcome: (order: OrderRecord) => void;
  /** A provider's refusal turned out to be a lie. */
  readonly onLateDelivery: (order: OrderRecord, refused: RefusedBy) => void;
}

/** Whose refusal it was, and the code where it gave one. */
export interface RefusedBy {
  readonly provider: string;
  readonly code: string | undefined;
}

/** What the intake answers: the batch's outcome, and when this process began to commit it. */
export interface Accepted extends Acceptance {
  readonly startedAt: Moment;
}

export interface Engine {
  readonly vault: Vault;
  readonly sealRecipient: (recipient: Recipient) => SealedRecipient;
  readonly mint: IdMint;
  readonly clock: Clock;
  readonly database: Database;
  readonly store: OrderStore;
  readonly wallets: Pick<WalletDirectory, 'find'>;
  readonly market: () => Market;
  readonly intake: Batcher<Draft, Accepted>;
  readonly settlement: Settlement;
  readonly dispatcher: Dispatcher;
  readonly wakeups: Wakeups;
  readonly waiting: Waiting;
  /** Who serves a number, learnt from orders. */
  readonly ports: LearntPorts;
  /** Which providers serve at the moment. */
  readonly circuits: Circuits;
}

/** Orders a batch, batches in flight, and drafts that may wait before the door closes. */
const INTAKE_ROWS_MAX = 512;
const INTAKE_LANES = 3;
const INTAKE_QUEUE_MAX = 20_000;
/** PostgreSQL does not keep up: whoever comes later would wait longer still. */
const INTAKE_WAIT_MS_MAX = 2_000;
/** A client waits for its answer: after about three seconds without a database it is told so. */
const RECONNECT_AFTER_MS = [50, 100, 200, 400, 800, 1600] as const;
/** Lease of an order whose provider is gone from the table. */
const NO_CAPABILITY: Capability = {
  idempotentSubmit: 'none',
  statusByOurReference: false,
  notFoundIsProof: false,
  sendDeadlineSeconds: 3,
  longestPauseSeconds: 2,
  settleHorizonSeconds: 60,
  notFoundSpacingSeconds: 60,
  reversal: 'none',
  callbacks: 'none',
  refusedCodes: {},
  pendingCodes: [],
  maxInflight: 0,
};

export function createEngine(options: EngineOptions): Engine {
  const { database, store, clock, vault, mint, log, metrics, market, wallets, circuits } = options;
  const databaseTime = new DatabaseTime(clock);
  const retryBudget = new RetryBudget(clock);
  const capability = (provider: string) => market().routing.provider(provider)?.capability ?? NO_CAPABILITY;
  const circumstances = (order: OrderRecord, attempt: number): Circumstances => ({
    nowMs: databaseTime.now(),
    capability: capability(attemptOf(order, attempt)?.provider ?? ''),
    routeLeft: () => nextRoute(market(), order) !== undefined,
    jitter: options.random(),
  });
  const waiting = new Waiting(clock, async (id) => (await store.load([id]))[0]);

  const ports = new LearntPorts({ database, vault, log, market });

  const noteSigns = (order: OrderRecord, step: Step) => {
    for (const said of step.evidence) {
      const provider = attemptOf(order, said.attempt ?? step.attempt)?.provider;
      if (said.source !== 'submit' || provider === undefined) continue;
      const terms = capability(provider);
      const sign = terms.hasCircuit === false ? undefined : signOf(said, terms);
      if (sign) circuits.note({ provider, operatorId: order.facts.operatorId }, sign);
    }
  };
  const onApplied = (order: OrderRecord, step: Step | undefined) => {
    if (step) noteSigns(order, step);
    if (step?.wakeupMs !== undefined) wakeups.within(step.wakeupMs);
    if (step?.event) metrics.count('toprail_order_events', { type: step.event.type });
    if (step?.adjustment?.cause === 'LATE_DELIVERY')
      options.onLateDelivery(order, refusedBy(order, step.adjustment.attempt));
    if (!isTerminal(order.progress.state)) return;
    waiting.told(order);
    if (step?.state) ports.learn(order);
    if (step?.state) options.onOutcome(order);
  };
  const settlement = new Settlement({ store, clock, vault, mint, market, onApplied });
  const dispatcher = new Dispatcher({ clock, log, settlement, connector: options.connector, circumstances });
  const wakeups = new Wakeups({
    store,
    clock,
    log,
    settlement,
    dispatcher,
    retryBudget,
    circuits,
    connector: options.connector,
    circumstances,
    hearTime: () => databaseTime.ask(() => store.now()),
    sendingBlocked: () => market().sendingBlocked,
    epoch: () => market().epoch,
  });
  const intake = new Batcher<Draft, Accepted>({
    clock,
    rowsMax: INTAKE_ROWS_MAX,
    lanes: INTAKE_LANES,
    queueMax: INTAKE_QUEUE_MAX,
    waitMsMax: INTAKE_WAIT_MS_MAX,
    reconnectAfterMs: RECONNECT_AFTER_MS,
    compare: compareDrafts,
    run: async (drafts, { retried, startedAt }) => {
      const fromMs = clock.elapsed();
      const accepted = await store.accept(drafts, {
        retried,
        leaseSeconds: Math.max(
          ...drafts.map((draft) => sendLeaseSeconds(capability(draft.attempt.provider))),
        ),
      });
      const taken = accepted.filter((one) => one.outcome === 'accepted');
      if (!retried && taken[0]) databaseTime.heard(taken[0].acceptedAtMs, fromMs);
      metrics.count('toprail_orders_accepted', {}, taken.length);
      metrics.record('toprail_intake_batch_rows', drafts.length);
      for (const _ of taken) retryBudget.earn();
      return accepted.map((one) => ({ ...one, startedAt }));
    },
  });
  return {
    vault,
    sealRecipient: recipientSealer(vault),
    mint,
    clock,
    database,
    store,
    wallets,
    market,
    intake,
    settlement,
    dispatcher,
    wakeups,
    waiting,
    ports,
    circuits,
  };
}

function refusedBy(order: OrderRecord, number: number): RefusedBy {
  const { provider = '', evidence = [] } = attemptOf(order, number) ?? {};
  return { provider, code: evidence.find(({ verdict }) => verdict === 'refused')?.code };
}

/** Batches in flight lock references in one order, so they never wait for each other in a circle. */
function compareDrafts(a: Draft, b: Draft): number {
  if (a.accountId !== b.accountId) return a.accountId < b.accountId ? -1 : 1;
  const left = a.referenceHash ?? '';
  const right = b.referenceHash ?? '';
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
