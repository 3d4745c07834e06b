import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPABILITY } from '../../test/harness/made-order.ts';
import type { RouteHealth } from './circuits.ts';
import { type Provider, type Route, RoutingTable } from './routes.ts';

const PRODUCT = { environment: 'sandbox', operatorId: 173, productId: 173, type: 'airtime' } as const;

function provider(id: string): Provider {
  const known = { environment: 'sandbox', connector: 'sandbox', settlement: 'payable' } as const;
  return { id, capability: CAPABILITY, inService: true, ...known };
}

function chosen(
  routes: Readonly<Record<string, Pick<Route, 'priority' | 'costPercent'>>>,
  { tried = [], health }: { tried?: readonly string[]; health?: Partial<RouteHealth> } = {},
): string | undefined {
  const names = Object.keys(routes);
  const table = new RoutingTable(
    names.map(provider),
    Object.entries(routes).map(([id, route], index) => {
      const whole = { operatorId: undefined, productId: undefined, sku: undefined };
      return { id: index, environment: 'sandbox', provider: id, ...whole, ...route };
    }),
    { isOpen: () => false, success: () => 1, ...health },
  );
  return table.choose(PRODUCT, tried)?.provider;
}

const DEAR = { priority: 1, costPercent: '95' };
const CHEAP = { priority: 1, costPercent: '90.5' };
const LATER = { priority: 2, costPercent: '50' };

test('priority goes before cost, cost before health', () => {
  assert.equal(chosen({ later: LATER, dear: DEAR }), 'dear');
  assert.equal(chosen({ dear: DEAR, cheap: CHEAP }), 'cheap');
  const success = (name: string) => (name === 'ill' ? 0.4 : 1);
  assert.equal(chosen({ ill: CHEAP, cheap: CHEAP }, { health: { success } }), 'cheap');
  assert.equal(chosen({ ill: CHEAP, dear: DEAR }, { health: { success } }), 'ill');
});

test('an open circuit goes last, and what was tried least goes first', () => {
  const isOpen = (name: string) => name === 'cheap';
  assert.equal(chosen({ cheap: CHEAP, later: LATER }, { health: { isOpen } }), 'later');
  assert.equal(
    chosen({ cheap: CHEAP }, { health: { isOpen } }),
    'cheap',
    'where all are open, orders wait for one',
  );
  assert.equal(chosen({ cheap: CHEAP, later: LATER }, { tried: ['cheap'] }), 'later');
  assert.equal(chosen({ cheap: CHEAP, later: LATER }, { tried: ['cheap', 'later'] }), 'cheap');
});
