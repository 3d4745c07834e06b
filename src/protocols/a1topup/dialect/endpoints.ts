/** What is served where, in which form, and which scopes open it: any one of those named. */
import type { Scope } from '../../../identity/scopes.ts';
import type { WireAnswer, WireBalance, WireLookup } from '../wire.ts';
import { BUY, READ_MONEY, READ_ORDERS } from './admit.ts';
import type { Call, Question } from './call.ts';
import { recharge } from './recharge.ts';
import { wireBalance } from './wire-balance.ts';
import { wireLookup } from './wire-lookup.ts';
import { wireRecharge } from './wire-recharge.ts';
import { wireStatus } from './wire-status.ts';

export interface DocumentedRoute {
  readonly path: string;
  readonly scopes: readonly Scope[];
  readonly endpoint: (call: Call) => unknown;
}

type Line = WireAnswer | WireBalance | WireLookup;

export type WireRoute = {
  readonly path: string;
  /** Whether a refusal means that nothing was recharged, or only that the question has no answer. */
  readonly refusal: 'Failure' | 'Error';
} & (
  | { readonly scopes: readonly Scope[]; readonly endpoint: (call: Call) => Line | Promise<Line> }
  | { readonly scopes: 'public'; readonly endpoint: (question: Question) => Line | Promise<Line> }
);

export const DOCUMENTED: readonly DocumentedRoute[] = [
  { path: '/api/v1/recharge', scopes: BUY, endpoint: recharge },
];

export const WIRE: readonly WireRoute[] = [
  { path: '/recharge/api', scopes: BUY, refusal: 'Failure', endpoint: wireRecharge },
  { path: '/recharge/status', scopes: READ_ORDERS, refusal: 'Error', endpoint: wireStatus },
  { path: '/recharge/balance', scopes: READ_MONEY, refusal: 'Error', endpoint: wireBalance },
  { path: '/recharge/lookup', scopes: 'public', refusal: 'Error', endpoint: wireLookup },
];
