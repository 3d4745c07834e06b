/**
 * A1Topup's prepaid recharge API, as it is on the wire, in its two forms.
 *
 * The documented form (a1topup.com/api/prepaid-mobile-recharge): one POST, JSON both ways, amounts as JSON numbers
 * in rupees. The wire form: what integrations in the field speak, parameters in the query or in a form, all values
 * text, JSON or one line of commas. Its operator and circle codes are those that public integrations send.
 */

/** The document's codes; 1000 and 1006 are ours, for what the document has no words for. */
export type Code = '1000' | '1001' | '1002' | '1003' | '1004' | '1005' | '1006' | '2001';

export interface RechargeAnswer {
  readonly status: 'success' | 'pending';
  /** `TXN` and the order's number. Empty only where nobody knows whether there is an order. */
  readonly transaction_id: string;
  readonly message: string;
  readonly amount: number;
  /** Earned by this recharge: credited at delivery, so zero before. */
  readonly commission: number;
  readonly balance: number;
  /** Of a gift card that was delivered. */
  readonly pin?: string;
  readonly serial?: string;
}

export interface ErrorAnswer {
  readonly status: 'error';
  readonly error_code: Code;
  readonly message: string;
  /** Of a recharge that was taken and has failed. */
  readonly transaction_id?: string;
  /** With 1002. */
  readonly required_amount?: number;
  readonly current_balance?: number;
}

export const TRANSACTION_PREFIX = 'TXN';

export function transactionId(orderId: bigint): string {
  return `${TRANSACTION_PREFIX}${orderId}`;
}

/**
 * `Failure` is final: the money is back. `Error` says nothing about a recharge, only that the question could not
 * be answered; it is never the answer to a recharge.
 */
export type WireStatus = 'Success' | 'Pending' | 'Failure' | 'Error';

export interface WireAnswer {
  /** `0` where there is no recharge. */
  readonly txid: string;
  readonly status: WireStatus;
  /** The operator's reference, or why there is none. */
  readonly opid: string;
  readonly number: string;
  readonly amount: string;
  readonly orderid: string;
  /** Of a gift card that was delivered; never in a callback, since addresses end up in logs. */
  readonly pin?: string;
  readonly serial?: string;
}

export const NO_TRANSACTION = '0';

export interface WireBalance {
  readonly status: 'Success';
  readonly balance: string;
}

export interface WireLookup {
  readonly number: string;
  /** Empty where the range is nobody's. */
  readonly operator: string;
  readonly operatorcode: string;
  readonly circle: string;
  readonly circlecode: string;
  /** Where the circle comes from: no public data has it. */
  readonly circlesource: 'sandbox';
}

/** Codes of the wire form for mobile operators; all others have the same code in both. */
export const WIRE_OPERATORS: Readonly<Record<string, string>> = {
  A: 'AIRTEL',
  RC: 'JIO',
  V: 'VI',
  BT: 'BSNL',
};

/** Circle codes of the wire form. It has 7, 22 and 27 too, for Chennai, Jharkhand and Chhattisgarh. */
export const WIRE_CIRCLES: Readonly<Record<string, string>> = {
  PB: '1',
  WB: '2',
  MU: '3',
  MH: '4',
  DL: '5',
  KO: '6',
  TN: '8',
  KA: '9',
  UE: '10',
  UW: '11',
  GJ: '12',
  AP: '13',
  KL: '14',
  MP: '16',
  BR: '17',
  RJ: '18',
  HR: '20',
  HP: '21',
  OR: '23',
  AS: '24',
  JK: '25',
  NE: '26',
};
