/** `POST /api/v1/topups/charges`: what an order would take from the wallet at this moment. */
import { currencyOf } from '../../../core/currency.ts';
import { Refusal } from '../../../core/errors.ts';
import { toNumber } from '../../../core/json-amount.ts';
import { decimal, divideHalfEven, formatDecimal, type Minor } from '../../../core/money.ts';
import { offerFor } from '../../../orders/market.ts';
import type { Price } from '../../../pricing/price.ts';
import type { Charges, ChargesRequest } from '../wire.ts';
import type { Answer, Call } from './call.ts';
import { readPurchase } from './read-purchase.ts';

export async function charges(call: Call, body: ChargesRequest): Promise<Answer> {
  const { operator, variant, amount, walletCurrency } = await readPurchase(call, body);
  const offer = offerFor(call.market, {
    buyer: call.caller,
    operator,
    product: variant,
    walletCurrency,
    amount: { mode: 'receive', minor: amount },
    rateMode: 'discount',
    minimumReceive: undefined,
  });
  if (offer.kind === 'rejected') throw new Refusal(offer.code);
  return { body: renderCharges(offer.price) };
}

export function renderCharges(price: Price): Charges {
  const { receiveAmount: face, receiveCurrency: source, sendCurrency: destination } = price;
  const isConverted = source !== destination;
  const discount = isConverted ? percentOf(face, price.ratePercent) : price.discount;
  return {
    non_discounted_total: toNumber(face, source),
    discount_amount: toNumber(discount, source),
    total_amount: toNumber(face - discount, source),
    discount: Number(price.ratePercent),
    gst_amount: toNumber(price.tax, destination),
    total_payable: toNumber(price.cost, destination),
    net_amount: toNumber(price.cost - price.fee, destination),
    handling_fee_amount: toNumber(price.fee, destination),
    charges_details: {
      source_currency: source,
      destination_currency: destination,
      forex_rate: isConverted ? Number(inverse(price.fxRate)) : null,
      conversion_fee: isConverted ? toNumber(conversionFee(price), destination) : null,
    },
  };
}

function percentOf(amount: Minor, percent: string): Minor {
  const { units, scale } = decimal(percent);
  return divideHalfEven(amount * units, 10n ** BigInt(scale + 2)).quotient;
}

const RATE_DIGITS = 12;

/** Ours is the product's currency per unit of the wallet's; Octopus shows it the other way round. */
function inverse(rate: string): string {
  const { units, scale } = decimal(rate);
  const inverted = divideHalfEven(10n ** BigInt(scale + RATE_DIGITS), units).quotient;
  return formatDecimal({ units: inverted, scale: RATE_DIGITS });
}

/** What the margin on the rate makes of it: part of the net amount, not added to it. */
function conversionFee({ sendAmount, sendCurrency, receiveAmount, receiveCurrency, fxMid }: Price): Minor {
  const mid = decimal(fxMid);
  const shift = BigInt(currencyOf(sendCurrency).exponent + mid.scale);
  const divisor = mid.units * 10n ** BigInt(currencyOf(receiveCurrency).exponent);
  const atMid = divideHalfEven(receiveAmount * 10n ** shift, divisor).quotient;
  return sendAmount > atMid ? sendAmount - atMid : 0n;
}
