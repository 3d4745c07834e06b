/** Runs the cases: rounds in turns with the naive design where there is one, and what each round has cost. */
import type { Case } from './cases.ts';
import { withSequence } from './event-ids.ts';
import { type Load, type Round, run } from './load.ts';
import { type CaseResult, type MeasuredRound, resultOf } from './results.ts';
import { allEnded, type BenchServer, delayCommits, deliveredOrders } from './servers.ts';
import { withUsage } from './usage.ts';

export interface Servers {
  readonly product: BenchServer;
  readonly naive: BenchServer | undefined;
}

const WARM_SECONDS = 1;
const MS_PER_SECOND = 1_000;

/** Who takes turns in a case. */
interface Runner {
  readonly server: BenchServer;
  readonly load: Load;
  readonly rounds: MeasuredRound[];
}

export async function measureCase(
  { product, naive }: Servers,
  one: Case,
  { seconds, say }: { readonly seconds: number; readonly say: (line: string) => void },
): Promise<CaseResult> {
  const runner = async (server: BenchServer): Promise<Runner> => {
    const { connections, status } = one;
    const requests = await one.requests(server);
    const load = { url: server.url, requests, connections, seconds, ...(status && { status }) };
    return { server, load, rounds: [] };
  };
  const mine = await runner(product);
  const theirs = one.naive && naive ? await runner(naive) : undefined;
  const runners = [mine, ...(theirs ? [theirs] : [])];
  if (one.commitDelayUs) await delayCommits(product, one.commitDelayUs);
  for (const { load } of runners) await run({ ...load, seconds: Math.min(WARM_SECONDS, seconds) });
  if (one.on === 'switch') await allEnded(product);
  for (let turn = 1; turn <= one.rounds; turn++) {
    for (const { server, load, rounds } of runners) {
      const measured = () => measureRound(server, one, load);
      rounds.push(await (one.sequence ? withSequence(server, measured) : measured()));
    }
    const told = runners.map(({ rounds }) => tell(rounds.at(-1)));
    say(`${one.name}, round ${turn} of ${one.rounds}: ${told.join(' against ')}`);
  }
  if (one.commitDelayUs) await delayCommits(product, 0);
  return resultOf(one, { product: mine.rounds, naive: theirs?.rounds ?? [] });
}

async function measureRound(server: BenchServer, { on, counts }: Case, load: Load): Promise<MeasuredRound> {
  const { value, usage } = await withUsage(server, async () => {
    const deliveredBefore = counts === 'delivered' ? await deliveredOrders(server) : 0;
    const startedAtMs = performance.now();
    const round = await run(load);
    if (on === 'switch') await allEnded(server);
    const seconds = (performance.now() - startedAtMs) / MS_PER_SECOND;
    if (counts === undefined) return round;
    if (counts !== 'delivered') return timesOrders(round, counts.ordersARequest);
    const delivered = (await deliveredOrders(server)) - deliveredBefore;
    return { ...round, done: delivered, rate: delivered / seconds };
  });
  return { ...value, usage };
}

function tell(round: MeasuredRound | undefined): string {
  if (!round) return 'nothing';
  const refused = round.refused > 0 ? ` (${round.refused} refused)` : '';
  const failed = round.failed > 0 ? ` (${round.failed} FAILED: ${round.failure})` : '';
  return `${round.rate.toFixed(0)}/s${refused}${failed}`;
}

function timesOrders(round: Round, orders: number): Round {
  return { ...round, done: round.done * orders, rate: round.rate * orders };
}
