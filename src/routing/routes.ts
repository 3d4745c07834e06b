/**
 * Who delivers what: providers, routes and the choice among them. Pure over a table that lives in memory;
 * `store.ts` loads it anew when it changes.
 */
import type { LedgerAccount } from '../wallet/posting.ts';
import type { RouteHealth } from './circuits.ts';
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
  readonly #health: RouteHealth | undefined;

  /** Without `health` every route is well. */
  constructor(providers: readonly Provider[], routes: readonly Route[], health?: RouteHealth) {
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#health = health;
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
   * The next route for an order: the provider that was tried least, then one whose circuit is not open, then by
   * priority, cost and how well it served of late. So a retry goes over the routes that are left, the same one
   * included. `tried` lists the providers of the attempts so far.
   */
  choose(product: Routable, tried: readonly string[]): ChosenRoute | undefined {
    const routes = this.routesFor(product);
    const best = routes.length > 1 ? this.#bestOf(routes, product, tried) : routes[0];
    return (
      best && {
        provider: best.provider,
        sku: best.sku ?? `${product.type}:${product.productId}`,
        costPercent: best.costPercent,
      }
    );
  }

  #bestOf(routes: readonly Route[], { operatorId }: Routable, tried: readonly string[]): Route | undefined {
    const health = this.#health;
    const ranked = routes.map((route) => ({
      route,
      rank: [
        tried.filter((provider) => provider === route.provider).length,
        health?.isOpen(route.provider, operatorId) ? 1 : 0,
        route.priority,
        Number(route.costPercent),
        -Math.round((health?.success(route.provider, operatorId) ?? 1) * SUCCESS_STEPS),
      ],
    }));
    return ranked.sort((a, b) => compareRanks(a.rank, b.rank))[0]?.route;
  }

  /** Whether any route leads to it whose circuit is not open. */
  isServed(product: Routable): boolean {
    return this.routesFor(product).some(
      ({ provider }) => !this.#health?.isOpen(provider, product.operatorId),
    );
  }

  /** The ledger account of a provider's cost. A provider that was removed is still owed. */
  ledgerAccount(providerId: string): LedgerAccount {
    return this.#providers.get(providerId)?.settlement === 'float'
      ? `float:${providerId}`
      : `payable:${providerId}`;
  }
}

/** Routes that are as good as each other within a tenth keep their order. */
const SUCCESS_STEPS = 10;

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [at, rank] of a.entries()) {
    const difference = rank - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
