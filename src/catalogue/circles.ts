/**
 * The 22 telecom circles of India (licence areas of the Department of Telecommunications; Telangana is in AP,
 * Jharkhand in BR, Chhattisgarh in MP, Chennai in TN), with the letters that integrations use.
 *
 * No public data maps today's numbers to circles, and numbers keep theirs when they are ported. So which circle a
 * number belongs to is made up for the sandbox, by its first two digits, and every answer says so: `source`.
 */
export interface Circle {
  readonly code: string;
  readonly name: string;
}

interface CircleRow extends Circle {
  /** Of the number without calling code: 6 to 9 begin a mobile number. */
  readonly sandboxPrefixes: readonly string[];
}

const CIRCLES: readonly CircleRow[] = [
  { code: 'AP', name: 'Andhra Pradesh', sandboxPrefixes: ['98', '60'] },
  { code: 'AS', name: 'Assam', sandboxPrefixes: ['61', '83'] },
  { code: 'BR', name: 'Bihar', sandboxPrefixes: ['62', '84'] },
  { code: 'DL', name: 'Delhi', sandboxPrefixes: ['63', '85'] },
  { code: 'GJ', name: 'Gujarat', sandboxPrefixes: ['64', '86'] },
  { code: 'HR', name: 'Haryana', sandboxPrefixes: ['65', '87'] },
  { code: 'HP', name: 'Himachal Pradesh', sandboxPrefixes: ['66'] },
  { code: 'JK', name: 'Jammu and Kashmir', sandboxPrefixes: ['67'] },
  { code: 'KA', name: 'Karnataka', sandboxPrefixes: ['68', '90'] },
  { code: 'KL', name: 'Kerala', sandboxPrefixes: ['69', '91'] },
  { code: 'KO', name: 'Kolkata', sandboxPrefixes: ['70', '92'] },
  { code: 'MP', name: 'Madhya Pradesh', sandboxPrefixes: ['71', '93'] },
  { code: 'MH', name: 'Maharashtra', sandboxPrefixes: ['72', '88'] },
  { code: 'MU', name: 'Mumbai', sandboxPrefixes: ['73', '94'] },
  { code: 'NE', name: 'North East', sandboxPrefixes: ['74'] },
  { code: 'OR', name: 'Odisha', sandboxPrefixes: ['75', '95'] },
  { code: 'PB', name: 'Punjab', sandboxPrefixes: ['76', '96'] },
  { code: 'RJ', name: 'Rajasthan', sandboxPrefixes: ['77', '97'] },
  { code: 'TN', name: 'Tamil Nadu', sandboxPrefixes: ['78', '89'] },
  { code: 'UE', name: 'Uttar Pradesh East', sandboxPrefixes: ['79', '99'] },
  { code: 'UW', name: 'Uttar Pradesh West', sandboxPrefixes: ['80', '82'] },
  { code: 'WB', name: 'West Bengal', sandboxPrefixes: ['81'] },
];

const BY_PREFIX = new Map(CIRCLES.flatMap((row) => row.sandboxPrefixes.map((prefix) => [prefix, row])));
const CALLING_CODE = '+91';
const PREFIX_DIGITS = 2;

export function circles(): readonly Circle[] {
  return CIRCLES;
}

/** Of a code that is not known: the code. */
export function circleName(code: string): string {
  return CIRCLES.find((circle) => circle.code === code)?.name ?? code;
}

/** The circle of an Indian mobile number in E.164, by the sandbox's table; undefined for any other number. */
export function detectCircle(
  e164: string,
): { readonly circle: Circle; readonly source: 'sandbox' } | undefined {
  if (!e164.startsWith(CALLING_CODE)) return undefined;
  const circle = BY_PREFIX.get(e164.slice(CALLING_CODE.length, CALLING_CODE.length + PREFIX_DIGITS));
  return circle && { circle, source: 'sandbox' };
}
