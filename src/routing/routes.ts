/**
 * Who delivers what: providers, routes and the choice among them. Pure over a table that lives in memory;
 * `store.ts` loads it anew when it changes.
 */
import type { LedgerAccount } from '../wallet/posting.ts';
import type { Capability } from './connector.ts';

export interface Provider {
  readonly id: string;
  readonly environment: 'sandbox' | 'live';
  readonly connector: string;
  readonly capability: Capability;
  /** Where its cost is posted: owed to it, or out of a float paid ahead. */
  readonly settlement: 'payable' | 'float';
  readonly inService: boolean;
}

/** A route without an operator or product serves all of its environment. */
export interface Route {
  readonly id: number;
  readonly environment: 'sandbox' | 'live';
  readonly provider: string;
  readonly operatorId: number | undefined;
  readonly productId: number | undefined;
  readonly sku: string | undefined;
  /** Of the face value, decimal percent. */
  readonly costPercent: string;
  /** Lower goes first. */
  readonly priority: number;
}

/** A product as routing sees it. */
export interface Routable {
  readonly environment: 'sandbox' | 'live';
  readonly operatorId: number;
  readonly productId: number;
  readonly type: string;
}

export interface ChosenRoute {
  readonly provider: string;
  readonly sku: string;
  readonly costPercent: string;
}

export class RoutingTable {
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #routes: readonly Route[];

  constructor(providers: readonly Provider[], routes: readonly Route[]) {
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#routes = [...routes].sort((a, b) => a.priority - b.priority || a.id - b.id);
  }

  provider(id: string): Provider | undefined {
    return this.#providers.get(id);
  }

  providers(): readonly Provider[] {
    return [...this.#providers.values()];
  }

  /** The routes of a product over providers in service: by priority, the more specific first within one. */
  routesFor(product: Routable): readonly Route[] {
    return this.#routes.filter(
      (route) =>
        route.environment === product.environment &&
        (route.operatorId === undefined || route.operatorId === product.operatorId) &&
        (route.productId === undefined || route.productId === product.productId) &&
        this.#providers.get(route.provider)?.inService === true,
    );
  }

  /**
   * The next route for an order: the provider that was tried least, then by priority. So a retry goes over the
   * routes that are left, the same one included. `tried` lists the providers of the attempts so far.
   */
  choose(product: Routable, tried: readonly string[]): ChosenRoute | undefined {
    const tries = (route: Route) => tried.filter((provider) => provider === route.provider).length;
    const [best] = [...this.routesFor(product)].sort((a, b) => tries(a) - tries(b));
    return (
      best && {
        provider: best.provider,
        sku: best.sku ?? `${product.type}:${product.productId}`,
        costPercent: best.costPercent,
      }
    );
  }

  /** The ledger account of a provider's cost. A provider that was removed is still owed. */
  ledgerAccount(providerId: string): LedgerAccount {
    return this.#providers.get(providerId)?.settlement === 'float'
      ? `float:${providerId}`
      : `payable:${providerId}`;
  }
}
