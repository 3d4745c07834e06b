/** The header of a file of orders, and the cells of a record into a row. Pure. */
import { Refusal } from '../../../../core/errors.ts';

/** How a cell's text goes into a row; an empty cell stays out of it. */
const COLUMNS = {
  reference: (text) => ({ reference: text }),
  product: (text) => ({ product: numberOf(text) }),
  operator: (text) => ({ operator: numberOf(text) }),
  recipient: (text) => ({ recipient: text.includes('@') ? { email: text } : { phone: text } }),
  player_id: (text, { server }) => ({ recipient: { player_id: text, ...(server && { server }) } }),
  server: () => ({}),
  account_number: (text) => ({ recipient: { account_number: text } }),
  amount: (text, row) => ({ amount: { value: text, currency: row['currency'] } }),
  currency: () => ({}),
  pay_with: (text) => ({ pay_with: text }),
  minimum_delivered: (text, row) => ({
    minimum_delivered: { value: text, currency: row['minimum_delivered_currency'] },
  }),
  minimum_delivered_currency: () => ({}),
  deadline_seconds: (text) => ({ deadline_seconds: numberOf(text) }),
} as const satisfies Readonly<Record<string, (text: string, row: Cells) => object>>;

type Cells = Readonly<Partial<Record<string, string>>>;
export type Column = keyof typeof COLUMNS;
export const CSV_COLUMNS = Object.keys(COLUMNS) as readonly Column[]; // the object's own keys

const REQUIRED = ['reference', 'amount', 'currency'] as const satisfies readonly Column[];

/** Whom a row is for: a phone or an address, a player, or an account number. */
const RECIPIENTS: readonly Column[] = ['recipient', 'player_id', 'account_number'];

/** The columns of a header line, each once, with all that a row needs; throws otherwise. */
export function readHeader(cells: readonly string[]): Column[] {
  const names = cells.map((cell) => cell.trim());
  const known = names.filter((name): name is Column => (CSV_COLUMNS as readonly string[]).includes(name));
  const issues = [
    ...names
      .filter((name) => !(known as string[]).includes(name))
      .map((name) => ({ field: name, issue: `is not a column; there are ${CSV_COLUMNS.join(', ')}` })),
    ...known
      .filter((name, at) => known.indexOf(name) !== at)
      .map((field) => ({ field, issue: 'stands twice' })),
    ...REQUIRED.filter((name) => !known.includes(name)).map((field) => ({ field, issue: 'is required' })),
    ...(known.some((name) => name === 'product' || name === 'operator')
      ? []
      : [{ field: 'product', issue: 'or operator is required' }]),
    ...(known.some((name) => RECIPIENTS.includes(name))
      ? []
      : [{ field: 'recipient', issue: 'or player_id or account_number is required' }]),
  ];
  if (issues.length > 0) {
    throw new Refusal('invalid_request', { message: 'The header line of the file is wrong.', issues });
  }
  return known;
}

/** The row that the cells spell, as JSON would have it; the schema of rows decides what of it is right. */
export function rowOf(columns: readonly Column[], cells: readonly string[]): object {
  const given = new Map(columns.map((column, at) => [column, cells[at] ?? '']));
  const row: Cells = Object.fromEntries([...given].filter(([, text]) => text !== ''));
  return Object.assign(
    {},
    ...Object.entries(row).map(([column, text]) => COLUMNS[column as Column](text ?? '', row)), // from `columns`
  ) as object;
}

/** Text that is no number stays text, which the schema refuses. */
function numberOf(text: string): number | string {
  return /^\d{1,10}$/.test(text) ? Number(text) : text;
}
