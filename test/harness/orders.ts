/** Orders placed through the engine's own front door, for tests that are about the engine and not about a dialect. */
import type { AccountId } from '../../src/core/ids.ts';
import type { Draft } from '../../src/orders/draft.ts';
import type { Engine } from '../../src/orders/engine.ts';
import { type PlaceOrder, placeOrder } from '../../src/orders/place-order.ts';
import type { TestApp } from './app.ts';

/** A top-up of 15 USD for a phone in Haiti, by the sandbox account. */
export function topUp(app: TestApp, more: Partial<PlaceOrder> = {}): PlaceOrder {
  return {
    buyer: { accountId: sandboxAccount(app), environment: 'sandbox', plan: 'sandbox' },
    clientId: app.credentials.client.id,
    dialect: 'native',
    productId: 173,
    walletCurrency: 'USD',
    recipient: { kind: 'phone', value: '+50936377111' },
    recipientCountry: 'HT',
    amount: { mode: 'send', minor: 1500n },
    rateMode: 'discount',
    reference: undefined,
    deadlineSeconds: 60,
    private: {},
    ...more,
  };
}

export function sandboxAccount(app: TestApp): AccountId {
  const { sandbox } = app.app;
  if (!sandbox) throw new Error('the app was started without its sandbox');
  return sandbox.accountId;
}

/** The draft that a command would submit, without submitting it. */
export async function draftOf(engine: Engine, command: PlaceOrder): Promise<Draft> {
  let draft: Draft | undefined;
  const intake = {
    submit: (one: Draft) => {
      draft = one;
      return Promise.resolve({
        outcome: 'wallet_not_found',
        orderId: one.id,
        balanceBefore: undefined,
        acceptedAtMs: 0,
      });
    },
  };
  // Only `submit` is used on the way to the batch.
  await placeOrder({ ...engine, intake: intake as unknown as Engine['intake'] }, command);
  if (!draft) throw new Error('the command was rejected before the batch');
  return { ...draft, sendNow: false };
}
