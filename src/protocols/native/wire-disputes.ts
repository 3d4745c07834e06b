/** Disputes on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { DISPUTE_REASONS, DISPUTE_STATES } from '../../orders/disputes/dispute.ts';
import { exact, Instant, listOf, nullable, oneOf } from './wire.ts';

const NOTE_CHARS_MAX = 1_000;

export const DisputeRequest = exact(
  {
    reason: oneOf(DISPUTE_REASONS),
    note: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: NOTE_CHARS_MAX,
        description: 'What the customer says, for whoever decides. Kept sealed.',
      }),
    ),
  },
  { title: 'DisputeRequest' },
);

export const Dispute = exact(
  {
    id: Type.String({ pattern: '^dsp_[1-9]\\d*$' }),
    order: Type.String({ pattern: '^ord_[1-9]\\d*$' }),
    reason: oneOf(DISPUTE_REASONS),
    note: nullable(Type.String()),
    status: oneOf(DISPUTE_STATES, {
      description: '`refunded`: what was left of the cost went back. `confirmed`: the delivery stands.',
    }),
    operator_says: nullable(
      Type.String({ description: 'What the operator said when it was asked again; null until it was.' }),
    ),
    created_at: Instant,
    closed_at: nullable(Instant),
  },
  { title: 'Dispute' },
);
export const DisputeList = listOf(Dispute, 'DisputeList');

export type DisputeView = Static<typeof Dispute>;
