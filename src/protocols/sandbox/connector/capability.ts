/** What the pretend operators may be trusted with. The simulator's tests are their conformance run. */
import type { Capability } from '../../../routing/connector.ts';
import { CODES } from '../wire.ts';

export const SANDBOX_CAPABILITY: Capability = {
  idempotentSubmit: 'claimed',
  statusByOurReference: true,
  notFoundIsProof: true,
  sendDeadlineSeconds: 3,
  longestPauseSeconds: 2,
  settleHorizonSeconds: 3,
  notFoundSpacingSeconds: 5,
  reversal: 'advice',
  callbacks: 'signed',
  refusedCodes: {
    [CODES.noSuchNumber]: { failure: 'recipient_invalid', retryable: false },
    [CODES.barred]: { failure: 'recipient_barred', retryable: false },
    [CODES.wrongOperator]: { failure: 'recipient_of_other_operator', retryable: false },
    [CODES.pendingRefused]: { failure: 'refused_by_operator', retryable: false },
    [CODES.refusedLate]: { failure: 'refused_by_operator', retryable: false },
    [CODES.outOfService]: { failure: 'operator_unavailable', retryable: true },
  },
  pendingCodes: [CODES.pending],
  maxInflight: 512,
  hasCircuit: false,
};
