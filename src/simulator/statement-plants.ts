/**
 * Errors for whoever compares a statement with books: at a rate and by a seed, each kind in its turn, on rows of which
 * nothing else is odd. What was planted is told with the row, so that the key file knows every answer.
 */
import { createHash } from 'node:crypto';
import { formatAmount, parseDecimal } from '../core/money.ts';
import { lastDigits } from '../protocols/sandbox/wire.ts';
import { choosePlan } from './scenarios.ts';
import { chargeFor, type StatementRow } from './statement.ts';

export interface Plant {
  readonly class: PlantName;
  /** Of the row that it was made from. */
  readonly reference: string;
  /** What the operator really did and has told nobody but here. All other plants are errors of its books alone. */
  readonly happened?: 'delivered' | 'reversed';
}

/** What is to be written: a row, or one that is spoilt, or none; and what is wrong with it. */
export interface WrittenRow {
  readonly row: StatementRow | undefined;
  readonly isSpoilt?: true;
  readonly planted?: Plant;
}

export interface PlantTerms {
  readonly seed: string;
  /** Of the rows, 0 .. 1. */
  readonly rate: number;
  /** Of the rows that are right, how many do not say the client's reference, 0 .. 1. */
  readonly withheldRate: number;
  readonly costPercent: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const REFUSED_PLAINLY: readonly string[] = ['no_such_number', 'barred', 'wrong_operator'];
/** Currencies with as many digits. */
const OTHERS: Readonly<Record<number, readonly [string, string]>> = {
  0: ['JPY', 'KRW'],
  2: ['USD', 'EUR'],
  3: ['KWD', 'BHD'],
};

type Made = (
  row: StatementRow,
  terms: { readonly costPercent: string; readonly dice: number },
) => readonly Omit<WrittenRow, 'planted'>[];

/** The planted row is the last of what each gives back. */
const ON_DELIVERED = {
  missing_with_us: (row, { dice }) => [
    { row },
    {
      row: {
        ...row,
        reference: '',
        providerReference: `${row.providerReference}-X`,
        recipient: `+9990${String(dice).padStart(10, '0')}`,
      },
    },
  ],
  missing_with_them: () => [{ row: undefined }],
  amount: (row) => [{ row: { ...row, amount: halved(row.amount) } }],
  status: (row) => [{ row: { ...row, status: 'refused', charge: '0' } }],
  duplicate: (row, { dice }) => [
    { row },
    // The very same, or as something of its own.
    {
      row:
        dice % 2 === 0
          ? row
          : { ...row, providerReference: `${row.providerReference}-2`, atMs: row.atMs + 1_000 },
    },
  ],
  currency: (row) => [{ row: { ...row, currency: otherCurrency(row) } }],
  fee: (row) => [{ row: { ...row, charge: row.amount } }],
  reversed: (row) => [{ row }, { row: { ...row, status: 'reversed', atMs: row.atMs + MINUTE_MS } }],
  unknown_reference: (row) => [
    { row },
    {
      row: {
        ...row,
        reference: row.reference.replace(/\d+$/, '99'),
        providerReference: `${row.providerReference}-99`,
      },
    },
  ],
  out_of_window: (row) => [{ row: { ...row, atMs: row.atMs - 3 * DAY_MS } }],
  malformed: (row) => [{ row }, { row, isSpoilt: true }],
} as const satisfies Record<string, Made>;

const NAMES = Object.keys(ON_DELIVERED) as readonly (keyof typeof ON_DELIVERED)[]; // the object's own keys
export type PlantName = keyof typeof ON_DELIVERED | 'late';

export function* plantBreaks(rows: Iterable<StatementRow>, terms: PlantTerms): Generator<WrittenRow> {
  let turn = roll(terms.seed, 0)[0] % NAMES.length;
  let index = 0;
  for (const row of rows) {
    index += 1;
    const [chance, dice, hidden] = roll(terms.seed, index);
    const plan = choosePlan(lastDigits(row.recipient), 0);
    const isPlanted = chance < terms.rate * 2 ** 32;
    if (row.status === 'refused' && isPlanted && REFUSED_PLAINLY.includes(plan)) {
      yield delivered(row, terms);
    } else if (row.status === 'delivered' && plan === 'delivered') {
      if (isPlanted) {
        yield* planted(NAMES[turn % NAMES.length] ?? 'amount', row, { ...terms, dice });
        turn += 1;
      } else yield { row: hidden < terms.withheldRate * 2 ** 32 ? { ...row, reference: '' } : row };
    } else yield { row };
  }
}

function* planted(
  name: keyof typeof ON_DELIVERED,
  row: StatementRow,
  terms: { readonly costPercent: string; readonly dice: number },
): Generator<WrittenRow> {
  const made: readonly Omit<WrittenRow, 'planted'>[] = ON_DELIVERED[name](row, terms);
  const { reference } = row;
  const plant: Plant = { class: name, reference, ...(name === 'reversed' && { happened: 'reversed' }) };
  for (const [at, one] of made.entries()) yield at === made.length - 1 ? { ...one, planted: plant } : one;
}

/** It was refused, and then done all the same. */
function delivered(row: StatementRow, { costPercent }: PlantTerms): WrittenRow {
  return {
    row: { ...row, status: 'delivered', charge: chargeFor(row.amount, costPercent) },
    planted: { class: 'late', reference: row.reference, happened: 'delivered' },
  };
}

function halved(amount: string): string {
  const value = parseDecimal(amount);
  return value ? formatAmount(value.units / 2n, value.scale) : amount;
}

function otherCurrency({ amount, currency }: StatementRow): string {
  const [first, second] = OTHERS[amount.split('.')[1]?.length ?? 0] ?? ['USD', 'EUR'];
  return currency === first ? second : first;
}

/** Three numbers of 32 bits, the same for the same row of the same seed. */
function roll(seed: string, index: number): readonly [number, number, number] {
  const bytes = createHash('sha256').update(`${seed}:${index}`).digest();
  return [bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(8)];
}
