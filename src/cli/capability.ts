/** Reads a provider's capability record from JSON. */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Capability, FAILURE_CODES, type FailureCode } from '../routing/connector.ts';
import { CommandFault } from './fault.ts';

const strict = { additionalProperties: false };
const Seconds = Type.Integer({ minimum: 0, maximum: 86_400 });
const Code = Type.String({ minLength: 1, maxLength: 100 });
const Failures = Type.Enum(Object.keys(FAILURE_CODES) as FailureCode[]); // the object's own keys

const CapabilityRecord = Type.Object(
  {
    idempotentSubmit: Type.Enum(['none', 'claimed', 'proven']),
    statusByOurReference: Type.Boolean(),
    notFoundIsProof: Type.Boolean(),
    sendDeadlineSeconds: Seconds,
    longestPauseSeconds: Seconds,
    settleHorizonSeconds: Seconds,
    notFoundSpacingSeconds: Seconds,
    reversal: Type.Enum(['none', 'advice', 'request']),
    callbacks: Type.Enum(['none', 'unsigned', 'signed']),
    refusedCodes: Type.Record(Code, Type.Object({ failure: Failures, retryable: Type.Boolean() }, strict)),
    pendingCodes: Type.Array(Code),
    maxInflight: Type.Integer({ minimum: 1, maximum: 10_000 }),
    hasCircuit: Type.Optional(Type.Boolean()),
  },
  strict,
);

const record = Compile(CapabilityRecord);

/** Throws a CommandFault that names the fields that are wrong. */
export function readCapability(value: unknown): Capability {
  if (record.Check(value)) return value;
  const issues = record.Errors(value).map((issue) => `${issue.instancePath || 'it'} ${issue.message}`);
  throw new CommandFault(`--capability: ${[...new Set(issues)].join('; ')}`);
}
