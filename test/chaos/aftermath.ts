/** What must hold when the network is well again: RELIABILITY's invariants, and every word that was given. */
import { verifyBooks } from '../../src/verify/verify.ts';
import type { Installation } from './installation.ts';
import type { Load } from './load.ts';

/** The lease of an attempt, its verification, and the longest scenario of the sandbox. */
const CONVERGE_MS = 120_000;
/** A client that was away twice is told again after a minute. */
const TELL_MS = 90_000;
/** Of an attempt, and more than the pause before a client is told again. */
const LEASE_SECONDS = 20;
const REPEATED_MAX = 400;
const REPEATED_AT_ONCE = 20;
/** Tries after which a client has to wait for minutes: such a callback may be left. */
const TRIES_LEFT = 3;

export interface Aftermath {
  readonly violations: readonly string[];
  readonly orders: number;
  readonly acknowledged: number;
  /** Without an answer at first; each was asked about again. */
  readonly repeated: number;
  /** Delivered, by the journal, where the answer never came. */
  readonly lostAnswers: number;
  readonly told: number;
  /** Status callbacks that wait for a try that is minutes away. */
  readonly untold: number;
}

export async function lookAtAftermath(
  installation: Installation,
  load: Load,
  form: 'whole' | 'short',
): Promise<Aftermath> {
  const violations: string[] = [];
  const blame = (told: string) => violations.push(told);
  for (const server of installation.servers) {
    if (server.child.exitCode !== null || server.child.signalCode !== null)
      blame(`a server has ended:\n${server.output()}`);
  }
  const repeated = await repeatUnanswered(load, blame);
  if (form === 'short') await moveClock(installation);
  const open = await until(
    CONVERGE_MS,
    () => openOrders(installation),
    (left) => left.length === 0,
  );
  if (open.length > 0) blame(`${open.length} orders have not ended: ${open.slice(0, 5).join(', ')}`);
  await compareAcknowledged(installation, load, blame);
  const untold = await until(
    TELL_MS,
    () => untoldCallbacks(installation),
    (left) => left.every(({ tries }) => tries >= TRIES_LEFT),
  );
  for (const { order_id, tries, state } of untold) {
    if (state === 'exhausted' || tries < TRIES_LEFT)
      blame(`order ${order_id} was not told: ${state}, ${tries} tries`);
  }
  await compareTold(installation, blame);
  const { checks } = await verifyBooks({ ...installation, settleMs: 0 });
  for (const { name, rule, violations: broken, sample } of checks) {
    if (broken > 0) blame(`${name} is broken ${broken} times: ${rule}: ${sample.join(', ')}`);
  }
  const [counted] = await installation.rows<{ orders: number }>('select count(*)::int as orders from orders');
  return {
    violations,
    orders: counted?.orders ?? 0,
    acknowledged: load.acknowledged.size,
    repeated,
    lostAnswers: await countLostAnswers(installation),
    told: installation.told.size,
    untold: untold.length,
  };
}

/** Everything that was sent has arrived by now, and the lanes of ids are kept for longer than this. */
async function moveClock({ rows }: Installation): Promise<void> {
  await rows('insert into clock (shift) values (make_interval(secs => $1))', [LEASE_SECONDS]);
}

/** A repeat gives the order that is there, or makes it: never a second one (`verify` counts the deliveries). */
async function repeatUnanswered(load: Load, blame: (told: string) => void): Promise<number> {
  const references = [...load.unanswered].slice(-REPEATED_MAX);
  await inTurn(references, async (reference) => {
    if ((await load.repeat(reference)) === undefined) blame(`${reference} is refused when it is repeated`);
  });
  await inTurn([...load.acknowledged].slice(-REPEATED_MAX), async ([reference, id]) => {
    const again = await load.repeat(reference);
    if (again !== id) blame(`${reference} was order ${id} and is now ${again}`);
  });
  return references.length;
}

/** A few at a time. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: REPEATED_AT_ONCE }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

async function openOrders({ rows }: Installation): Promise<bigint[]> {
  const open = await rows<{ order_id: bigint }>(
    `select order_id from order_progress where state not in ('DELIVERED', 'FAILED', 'CANCELLED', 'REVIEW')`,
  );
  return open.map((row) => row.order_id);
}

async function compareAcknowledged(
  { rows }: Installation,
  { acknowledged }: Load,
  blame: (told: string) => void,
): Promise<void> {
  const stored = await rows<{ id: string }>('select id::text from orders');
  const ids = new Set(stored.map(({ id }) => id));
  for (const [reference, id] of acknowledged) {
    if (!ids.has(`${id}`)) blame(`${reference} was acknowledged as order ${id}, which is not there`);
  }
  if (new Set(acknowledged.values()).size !== acknowledged.size) blame('two references stand for one order');
}

interface Untold {
  readonly order_id: string;
  readonly tries: number;
  readonly state: string;
}

function untoldCallbacks({ rows }: Installation): Promise<Untold[]> {
  return rows<Untold>(
    `select order_id::text, tries, state from status_callbacks where state <> 'told'
     union all select o.id::text, 0, 'never gathered' from orders o
       join order_progress p on p.account_id = o.account_id and p.order_id = o.id
       where o.dialect = 'a1topup' and p.state in ('DELIVERED', 'FAILED', 'CANCELLED')
         and not exists (select from status_callbacks s where s.account_id = o.account_id and s.order_id = o.id)`,
  );
}

async function compareTold({ rows, told }: Installation, blame: (told: string) => void): Promise<void> {
  const recorded = await rows<{ id: string }>(
    `select order_id::text as id from status_callbacks where state = 'told'`,
  );
  for (const { id } of recorded)
    if (!told.has(`TXN${id}`)) blame(`order ${id} is recorded as told and was not`);
}

/** Attempts whose answer was lost and that the journal knows as delivered. */
async function countLostAnswers({ rows, simulator }: Installation): Promise<number> {
  const lost = await rows<{ reference: string }>(
    `select distinct a.epoch || '-' || a.order_id || '-' || a.number as reference from attempts a
     join evidence e on e.account_id = a.account_id and e.order_id = a.order_id and e.attempt = a.number
     where e.source = 'submit' and e.verdict = 'unknown'`,
  );
  const delivered = new Set(simulator.journal.deliveries('').map(({ reference }) => reference));
  return lost.filter(({ reference }) => delivered.has(reference)).length;
}

async function until<T>(withinMs: number, look: () => Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  const endsAtMs = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isDone(seen) || Date.now() > endsAtMs) return seen;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
