/**
 * Orders that were asked for earlier and are placed now: rows of a batch, occurrences of a schedule. What was asked
 * is kept sealed in the words of the API that took it, and read anew: prices, routes and rights are those of now.
 */
import { ERROR_CODES, type ErrorCode, Refusal } from '../core/errors.ts';
import type { AccountId, OrderId } from '../core/ids.ts';
import type { Caller, ClientDirectory } from '../identity/clients.ts';
import { findReferences } from './accept-store.ts';
import type { Engine } from './engine.ts';
import type { Market } from './market.ts';
import type { OrderPrivate, OrderRecord } from './order.ts';
import { type PlaceOrder, placeOrder, referenceHash } from './place-order.ts';

export interface StoredOrder {
  /** JSON, as it was sealed. */
  readonly request: string;
  readonly reference: string;
  /** What asked for it, `bat_...` or `sch_...`: kept with the order as the id of its request. */
  readonly origin: string;
}

/** From the stored words to the command; throws the refusal of what cannot be read any more. */
export type ReadStored = (
  market: Market,
  request: string,
  origin: { readonly caller: Caller; readonly reference: string; readonly private: OrderPrivate },
) => PlaceOrder;

export interface StoredOrderTerms {
  readonly engine: Engine;
  readonly clients: Pick<ClientDirectory, 'byId'>;
  readonly readStored: ReadStored;
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  /** For people; without anything that the client wrote. */
  readonly message: string;
}

export type StoredOutcome =
  | { readonly kind: 'placed'; readonly order: OrderRecord }
  | { readonly kind: 'replayed'; readonly orderId: OrderId }
  | Refused;

/** Whoever asked, as it stands now: a client that was revoked since places nothing any more. */
export async function findStoredCaller(
  { clients }: Pick<StoredOrderTerms, 'clients'>,
  clientId: string,
): Promise<Caller | Refused> {
  const admission = await clients.byId(clientId);
  return admission.kind === 'admitted' ? admission.caller : refused(admission.code);
}

/** Throws where nobody knows whether it was placed; its reference tells, so it is tried again. */
export async function placeStored(
  { engine, readStored }: StoredOrderTerms,
  caller: Caller,
  { request, reference, origin }: StoredOrder,
): Promise<StoredOutcome> {
  try {
    const command = readStored(engine.market(), request, {
      caller,
      reference,
      private: { requestId: origin },
    });
    // Asked before the price, which needs the currency of a wallet that is there.
    if ((await engine.wallets.find(caller.accountId, command.walletCurrency)) === undefined)
      return refused('wallet_not_found');
    const placed = await placeOrder(engine, command);
    return placed.kind === 'rejected' ? refused(placed.code) : placed;
  } catch (error) {
    if (error instanceof Refusal) return refusedBy(error);
    throw error;
  }
}

/**
 * Of what was asked for, what was placed already, with its order: a crash between the order and the word of it leaves
 * such. Whoever is about to write that something was not placed looks here first, since by now it may be refused,
 * cancelled or too late.
 */
export async function findPlaced<Asked extends Pick<StoredOrder, 'reference' | 'origin'>>(
  engine: Engine,
  accountId: AccountId,
  asked: readonly Asked[],
): Promise<(Asked & { readonly orderId: OrderId })[]> {
  if (asked.length === 0) return [];
  const hashOf = ({ reference }: Asked) => referenceHash(engine, reference);
  const standing = await findReferences(engine.database, accountId, asked.map(hashOf));
  const orders = await engine.store.load([...standing.values()]);
  const factsOf = new Map(orders.map(({ facts }) => [facts.id as bigint, facts]));
  return asked.flatMap((one) => {
    const facts = factsOf.get(standing.get(hashOf(one)) ?? 0n);
    return facts?.private.requestId === one.origin ? [{ ...one, orderId: facts.id }] : [];
  });
}

export function refused(code: ErrorCode): Refused {
  return { kind: 'refused', code, message: ERROR_CODES[code] };
}

export function refusedBy({ code, issues }: Refusal): Refused {
  const told = issues.map(({ field, issue }) => (field === '' ? issue : `${field} ${issue}`)).join('; ');
  return {
    kind: 'refused',
    code,
    message: told === '' ? ERROR_CODES[code] : `${ERROR_CODES[code]} ${told}.`,
  };
}
