/**
 * The port through which the switch buys. A connector speaks one provider protocol and returns evidence; it
 * decides nothing. What it may be trusted with is data: its capability record, in which nothing is proven
 * until a conformance run has shown it.
 */
import type { RecipientKind } from '../catalogue/rows.ts';
import type { Minor } from '../core/money.ts';
import type { Moment } from '../core/time.ts';

/** Whom to top up. The one form in which a recipient leaves the switch. */
export interface Recipient {
  readonly kind: RecipientKind;
  /** E.164 with the plus; an address; a player's id, with `@<server>` where a game has servers; an account number. */
  readonly value: string;
}

/** What is asked of a provider. The same instruction always carries the same reference. */
export interface Instruction {
  /** Ours, unique for ever: `<epoch>-<order id>-<attempt number>`. */
  readonly reference: string;
  readonly sku: string;
  readonly recipient: Recipient;
  readonly amount: Minor;
  readonly currency: string;
  /** Digits of the currency after the point, as this provider counts them. */
  readonly exponent: number;
}

/**
 * What one source says about one attempt. `unknown` is an outcome of its own: the top-up may have happened.
 * `unmapped` proves as little: the provider has answered, with a code that its connector and capability record do not
 * know, so that a person can map it. `unsent` means that no byte can have left (a closed list of client errors), which
 * is the only refusal that needs no provider's word. `not_found` counts as refusal only under the capability record's rule.
 * `reversed`: it was delivered and has been taken back.
 */
export type Verdict =
  | 'delivered'
  | 'refused'
  | 'pending'
  | 'unknown'
  | 'unmapped'
  | 'unsent'
  | 'not_found'
  | 'reversed';

/** It says nothing of how the attempt ended: no answer, or none that is understood. */
export function isUnclear(verdict: Verdict): boolean {
  return verdict === 'unknown' || verdict === 'unmapped';
}
export type EvidenceSource = 'submit' | 'query' | 'callback' | 'statement' | 'recovery' | 'decision';

export interface Evidence {
  readonly source: EvidenceSource;
  readonly verdict: Verdict;
  /** The provider's own code, for refusals and the like; our own word in capitals where it gave none. */
  readonly code?: string;
  readonly providerReference?: string;
  /** What reached the recipient, in the instruction's currency, when the provider says so. */
  readonly deliveredAmount?: Minor;
  readonly voucher?: Voucher;
  /** SHA-256 of the raw answer, hex. Never the answer itself: it may hold personal data. */
  readonly rawHash?: string;
}

/** A PIN that the customer types into the phone. Sealed wherever it is stored. */
export interface Voucher {
  readonly code: string;
  readonly serial: string;
  readonly validity: string;
  readonly ivr: string;
  readonly instructions: readonly string[];
}

/** A provider's callback, read and authenticated: a hint to look, told apart by `notice`. */
export interface Notice {
  /** Unique per connector: a repeated delivery of the same callback has the same one. */
  readonly notice: string;
  readonly reference: string;
  readonly evidence: Evidence;
}

export interface Capability {
  readonly idempotentSubmit: 'none' | 'claimed' | 'proven';
  readonly statusByOurReference: boolean;
  readonly notFoundIsProof: boolean;
  readonly sendDeadlineSeconds: number;
  readonly longestPauseSeconds: number;
  readonly settleHorizonSeconds: number;
  readonly notFoundSpacingSeconds: number;
  readonly reversal: 'none' | 'advice' | 'request';
  readonly callbacks: 'none' | 'unsigned' | 'signed';
  /** Codes that prove "not executed", and what the switch makes of each. Any other refusal is unknown. */
  readonly refusedCodes: Readonly<Record<string, RefusalMeaning>>;
  readonly pendingCodes: readonly string[];
  readonly maxInflight: number;
  /** False where each recipient fails for itself, so that failures say nothing of the provider: pretend operators. */
  readonly hasCircuit?: boolean;
}

/** What a proven refusal means to the customer. */
export interface RefusalMeaning {
  readonly failure: FailureCode;
  /** Whether the same order may be tried again (outage), as opposed to being refused for what it asks. */
  readonly retryable: boolean;
}

/** What a provider's code proves; undefined for codes outside its proven set. */
export function refusalMeaning(capability: Capability, code: string | undefined): RefusalMeaning | undefined {
  return code !== undefined && Object.hasOwn(capability.refusedCodes, code)
    ? capability.refusedCodes[code]
    : undefined;
}

/** Why an order failed, in the switch's own words; dialects render them. */
export const FAILURE_CODES = {
  recipient_invalid: { userFixable: true, sentence: 'The operator does not know this number.' },
  recipient_barred: { userFixable: true, sentence: 'The number is suspended or barred by the operator.' },
  recipient_of_other_operator: { userFixable: true, sentence: 'The number belongs to another operator.' },
  refused_by_operator: { userFixable: false, sentence: 'The operator refused the top-up.' },
  operator_unavailable: { userFixable: false, sentence: 'The operator could not be reached in time.' },
  not_delivered: { userFixable: false, sentence: 'The operator has no trace of the top-up.' },
} as const satisfies Record<string, { userFixable: boolean; sentence: string }>;
export type FailureCode = keyof typeof FAILURE_CODES;

/** One provider, as configured: where it is and what its connector needs to speak with it. */
export interface ProviderSettings {
  readonly id: string;
  readonly environment: 'sandbox' | 'live';
  /** Name of the connector that speaks its protocol. */
  readonly connector: string;
  /** Parsed by the connector, once. */
  readonly config: unknown;
}

export interface Connector {
  readonly provider: string;
  readonly capability: Capability;
  /**
   * Sends the instruction once. Never throws for what the provider or the network does: every such outcome is
   * evidence. `deadline` is checked in the tick of the write; past it nothing is sent and the answer is `unsent`.
   */
  submit(instruction: Instruction, deadline: Moment): Promise<Evidence>;
  /** Asks what became of an instruction. No answer, or one that cannot be read, is `unknown`. */
  query(reference: string): Promise<Evidence>;
  /** Reads and authenticates a callback; undefined when it is forged or unreadable. */
  readNotice(input: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
  }): Notice | undefined;
  close(): Promise<void>;
}
