/**
 * What a command needs that settles orders by itself: the engine of a server that sends nothing, on a lane of its own
 * that is kept for as long as the work lasts.
 */
import { rateAgeMsMax, startMarketFeed } from '../market-feed.ts';
import { createEngine, type Engine } from '../orders/engine.ts';
import { LANE_KEEP_EVERY_MS, leaseLane } from '../orders/lane.ts';
import { postgresOrderStore } from '../orders/order-store.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { Circuits } from '../routing/circuits.ts';
import { withdrawRefusalCode } from '../routing/store.ts';
import { WalletDirectory } from '../wallet/wallets.ts';
import { announceSettings, type Session } from './connect.ts';

export async function withEngine<T>(
  { database, vault, clock }: Session,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const log = createLog('silent');
  const feed = await startMarketFeed({
    database,
    vault,
    clock,
    log,
    ported: new Map(),
    rateAgeMsMax: rateAgeMsMax({}),
    connect: () => undefined,
  });
  const lane = await leaseLane(database, clock);
  const keeping = setInterval(() => {
    void lane.keep().then(
      (kept) => (kept ? undefined : endAtOnce()),
      () => undefined, // no answer is not a no
    );
  }, LANE_KEEP_EVERY_MS);
  const lies: Promise<boolean>[] = [];
  const engine = createEngine({
    database,
    store: postgresOrderStore(database, vault),
    clock,
    vault,
    mint: lane.mint,
    log,
    metrics: createMetrics(),
    wallets: new WalletDirectory(database),
    market: () => feed.market(),
    circuits: new Circuits(clock),
    connector: () => undefined,
    random: () => 0,
    onOutcome: () => undefined,
    onLateDelivery: (_order, { provider, code }) => {
      if (code !== undefined) lies.push(withdrawRefusalCode(database, provider, code));
    },
  });
  try {
    return await work(engine);
  } finally {
    clearInterval(keeping);
    await engine.settlement.drained();
    // Codes that have left a proven set: running servers have to know.
    if ((await Promise.all(lies)).includes(true)) await announceSettings(database);
    await lane.release();
    await feed.close();
  }
}

/** Somebody else mints the same ids now. Whatever is half done is taken up by running the command again. */
function endAtOnce(): never {
  process.stderr.write('toprail: the lane of ids was taken by another process: run the command again\n');
  process.exit(1);
}
