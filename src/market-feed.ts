/**
 * Keeps the market in memory: loaded at start, and anew when a command or another process says that settings have
 * changed. A new market replaces the old one whole; an order is priced from one of them.
 */

import type { Ported } from './catalogue/catalogue.ts';
import { loadCatalogue } from './catalogue/store.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/time.ts';
import type { Market } from './orders/market.ts';
import type { Vault } from './platform/crypto.ts';
import type { Log } from './platform/log.ts';
import type { Database } from './platform/postgres.ts';
import { RateTable } from './pricing/rates.ts';
import { loadPriceBook } from './pricing/store.ts';
import type { RouteHealth } from './routing/circuits.ts';
import type { Connector, ProviderSettings } from './routing/connector.ts';
import { RoutingTable } from './routing/routes.ts';
import { loadRouting } from './routing/store.ts';

export interface MarketFeed {
  market(): Market;
  connector(provider: string): Connector | undefined;
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface MarketFeedOptions {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  /** Numbers that are known to have been ported, where no provider has taught us. */
  readonly ported: Ported;
  /** How old an exchange rate may be, by environment; undefined: any age. */
  readonly rateAgeMsMax: Market['rateAgeMsMax'];
  /** How well providers serve at the moment, for the choice among routes. */
  readonly health?: RouteHealth;
  /** Makes the connector that speaks a provider's protocol; undefined when none does. */
  readonly connect: (
    settings: ProviderSettings,
    capability: Connector['capability'],
  ) => Connector | undefined;
}

const DAY_MS = 86_400_000;
/** A weekend, and the day around which it was of the market. */
const LIVE_RATE_DAYS_MAX = 3;

/** The sandbox's rates are those of one day for ever, unless somebody wants to see what stale ones do. */
export function rateAgeMsMax({ rateDaysMax }: Pick<Config, 'rateDaysMax'>): Market['rateAgeMsMax'] {
  const set = rateDaysMax === undefined ? undefined : rateDaysMax * DAY_MS;
  return { sandbox: set, live: set ?? LIVE_RATE_DAYS_MAX * DAY_MS };
}

export async function startMarketFeed(options: MarketFeedOptions): Promise<MarketFeed> {
  const { database, vault, clock, log, ported, connect } = options;
  const connectors = new Map<string, { readonly signature: string; readonly connector: Connector }>();
  let market: Market;
  let running = Promise.resolve();

  const connectTo = (
    id: string,
    settings: ProviderSettings | undefined,
    capability: Connector['capability'],
  ) => {
    try {
      const connector = settings && connect(settings, capability);
      if (!connector)
        log.error({ provider: id }, settings ? 'no connector of this name' : 'settings cannot be opened');
      return connector;
    } catch (error) {
      log.error({ provider: id, error }, 'provider settings cannot be used');
      return undefined;
    }
  };
  const load = async () => {
    const [catalogue, prices, routing] = await Promise.all([
      loadCatalogue(database, ported),
      loadPriceBook(database),
      loadRouting(database, vault),
    ]);
    for (const { id, settings, capability } of routing.providers) {
      const signature = JSON.stringify([settings, capability]);
      const known = connectors.get(id);
      if (known?.signature === signature) continue;
      const connector = connectTo(id, settings, capability);
      if (connector) connectors.set(id, { signature, connector });
      else connectors.delete(id);
      await known?.connector.close();
    }
    // A provider that nobody can speak with takes no orders; the routes that are left do.
    const providers = routing.providers.map((provider) => ({
      ...provider,
      inService: provider.inService && connectors.has(provider.id),
    }));
    market = {
      catalogue,
      rates: new RateTable(catalogue.rates.map((rate) => ({ ...rate, atMs: Date.parse(rate.valid_on) }))),
      now: () => clock.now(),
      rateAgeMsMax: options.rateAgeMsMax,
      prices,
      routing: new RoutingTable(providers, routing.routes, options.health),
      epoch: routing.epoch,
      sendingBlocked: routing.sendingBlocked,
    };
  };
  await load();
  return {
    market: () => market,
    connector: (provider) => connectors.get(provider)?.connector,
    // One load after another: the last one sees everything that was committed before it was asked for.
    reload: () => {
      running = running
        .then(load)
        .catch((error: unknown) => log.error({ error }, 'settings could not be reloaded'));
      return running;
    },
    close: async () => {
      await Promise.all([...connectors.values()].map(({ connector }) => connector.close()));
    },
  };
}
