import { normalisePhone } from '../../../catalogue/phone.ts';
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { formatAmount } from '../../../core/money.ts';
import { type Placed, type PlaceOrder, placeOrder } from '../../../orders/place-order.ts';
import { QueueFull } from '../../../platform/queue-full.ts';
import { type RechargeAccepted, type RechargeRequest, transactionId } from '../wire.ts';
import { bundleById } from './bundles.ts';
import { type Answer, type Call, instant } from './call.ts';
import { paymentRefusal } from './errors.ts';
import { payingCurrency } from './paying-currency.ts';

/** A refused recharge is tried again for this long. */
const DEADLINE_SECONDS = 45;

/** `POST /recharge`: 202 once the order is stored; the outcome comes by `GET /recharge/{transactionId}`. */
export async function recharge(call: Call, body: RechargeRequest): Promise<Answer> {
  const { services } = call;
  if (!services.takesOrders()) throw new Refusal('overloaded');
  const placed = await place(call, await readRecharge(call, body));
  if (placed.kind !== 'placed') throw refusalOf(placed);
  const { facts } = placed.order;
  const accepted: RechargeAccepted = {
    transaction_id: transactionId(facts.id),
    status: 'pending',
    estimated_completion: instant(facts.createdAtMs + services.deliveryTimes.typicalMs(facts.operatorId)),
  };
  return { status: 202, headers: { location: `/recharge/${accepted.transaction_id}` }, body: accepted };
}

async function readRecharge(call: Call, body: RechargeRequest): Promise<PlaceOrder> {
  const { market, caller, origin } = call;
  if (body.payment_method !== 'wallet') throw paymentRefusal('payment_method_not_available');
  const number = String(body.subscriber_number);
  if (!/^\+?\d{5,15}$/.test(number)) {
    const issue = 'must be a phone number: digits, with or without the plus';
    throw new Refusal('invalid_request', { issues: [{ field: 'subscriber_number', issue }] });
  }
  const reference = body.client_reference ?? undefined;
  if (reference !== undefined && (reference === '' || /\p{Cc}/u.test(reference))) {
    const issue = 'must be text without control characters';
    throw new Refusal('invalid_request', { issues: [{ field: 'client_reference', issue }] });
  }
  const bundle = bundleById(market.catalogue, body.bundle_id);
  if (!bundle) throw new Refusal('product_not_found');
  const phone = normalisePhone(number, bundle.operator.country);
  if (!phone) throw new Refusal('invalid_recipient');
  return {
    buyer: caller,
    clientId: caller.clientId,
    dialect: 'recharge',
    productId: bundle.product.id,
    walletCurrency: await payingCurrency(call),
    recipient: { kind: 'phone', value: phone.e164 },
    recipientCountry: phone.country,
    amount: { mode: 'receive', minor: bundle.amount },
    rateMode: 'discount',
    reference,
    deadlineSeconds: DEADLINE_SECONDS,
    private: {
      ...(reference === undefined ? {} : { reference }),
      clientAddress: origin.address,
      userAgent: origin.userAgent,
      requestId: origin.requestId,
    },
  };
}

/** Clients repeat after a 502, so a recharge that may have been taken is never answered with one. */
function place({ services, origin }: Call, command: PlaceOrder): Promise<Placed> {
  return placeOrder(services.engine, command).catch((error: unknown) => {
    if (error instanceof Refusal || error instanceof QueueFull) throw error;
    services.log.error({ request: origin.requestId, error }, 'nobody knows whether an order was taken');
    throw new Refusal('internal');
  });
}

function refusalOf(placed: Exclude<Placed, { kind: 'placed' }>): Refusal {
  if (placed.kind === 'replayed') {
    return new Refusal('reference_replayed', { details: { transaction_id: transactionId(placed.orderId) } });
  }
  const { code, orderId, funds } = placed;
  if (funds) {
    const { exponent } = currencyOf(funds.currency);
    const required = formatAmount(funds.required, exponent);
    const available = formatAmount(funds.available, exponent);
    return new Refusal(code, { details: { required, available, currency: funds.currency } });
  }
  return new Refusal(
    code,
    orderId === undefined ? {} : { details: { transaction_id: transactionId(orderId) } },
  );
}
