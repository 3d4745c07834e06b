/** One quote, for the published document. */
import { Type } from 'typebox';
import type { QuoteAsked, QuoteView } from '../wire-quotes.ts';

const usd = (value: string) => ({ value, currency: 'USD' });

export const QuoteId = Type.String({
  description: 'Of the quote.',
  examples: ['quo_245301287911700'],
});

export const QUOTE_REQUEST_EXAMPLE: QuoteAsked = { product: 173, amount: usd('15.00') };

export const QUOTE_EXAMPLE: QuoteView = {
  id: 'quo_245301287911700',
  product: 173,
  operator: 173,
  send: usd('15.00'),
  receive: { value: '1963.86', currency: 'HTG' },
  fx_rate: '130.92386',
  fx_version: '2026-09-29',
  discount_percent: '12',
  discount: usd('1.80'),
  fee: usd('0.00'),
  tax: usd('0.00'),
  cost: usd('13.20'),
  minimum_delivered: null,
  created_at: '2026-11-21T10:00:00.000Z',
  expires_at: '2026-11-21T10:01:00.000Z',
  order: null,
};
