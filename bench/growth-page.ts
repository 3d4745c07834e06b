/** What stored orders change, as it is written into files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** That the stored orders are of. */
export const ACCOUNTS = 100;
export const ROUNDS = 3;
/** Orders of the list that is asked for. */
export const PAGE = 50;

export interface Growth {
  readonly at: string;
  readonly machine: string;
  readonly orders: number;
  /** 64 connections, one hot wallet. */
  readonly accept: Both<Pace>;
  /** From order to delivery, 256 connections. */
  readonly wholeLife: Both<Pace>;
  /** Milliseconds in the middle, one client. */
  readonly byIdMs: number;
  readonly byReferenceMs: number;
  readonly listMs: number;
  readonly verifySeconds: { readonly full: number; readonly incremental: number };
  /** Of all tables of orders and their indexes. */
  readonly bytesPerOrder: number;
  readonly largest: readonly { readonly name: string; readonly bytesPerOrder: number }[];
}

/** Of an almost empty database and of a full one. */
export interface Both<T> {
  readonly empty: T;
  readonly full: T;
}

export interface Pace {
  /** Orders a second. */
  readonly rate: number;
  /** Microseconds of PostgreSQL's processor time an order; null where the system does not tell. */
  readonly postgresUs: number | null;
}

/** `growth.json` and `growth.md` beside this file. */
export async function writeGrowth(growth: Growth): Promise<void> {
  const file = (name: string) => join(import.meta.dirname, name);
  await writeFile(file('growth.json'), `${JSON.stringify(growth, undefined, 2)}\n`);
  await writeFile(file('growth.md'), growthPage(growth));
}

export function growthPage(growth: Growth): string {
  const { orders, accept, wholeLife, byIdMs, byReferenceMs, listMs, verifySeconds, bytesPerOrder, largest } =
    growth;
  const rates = ({ empty, full }: Both<Pace>) =>
    `${empty.rate.toFixed(0)} | ${full.rate.toFixed(0)} (${((full.rate / empty.rate) * 100).toFixed(0)} %)`;
  const costs = ({ empty, full }: Both<Pace>) =>
    [empty, full].map(({ postgresUs }) => postgresUs?.toFixed(0) ?? '').join(' | ');
  return `# Growth

Written by \`npm run bench -- --preload ${orders}\`: change the code, not this page. Measured on ${growth.at}: ${growth.machine}.
Full means ${orders.toLocaleString('en')} orders that have ended, with their books, of ${ACCOUNTS} accounts: the one that is
measured has its share. Both databases are measured in turns; figures are medians of ${ROUNDS} rounds.

| | almost empty | full |
|---|---|---|
| accepted a second, 64 connections, one hot wallet | ${rates(accept)} |
| PostgreSQL's microseconds for each of them | ${costs(accept)} |
| delivered a second, 256 connections | ${rates(wholeLife)} |
| PostgreSQL's microseconds for each of them | ${costs(wholeLife)} |
| an order by its id, ms in the middle | | ${byIdMs.toFixed(2)} |
| an order by its reference, ms in the middle | | ${byReferenceMs.toFixed(2)} |
| a list of ${PAGE}, ms in the middle | | ${listMs.toFixed(2)} |
| \`verify\` in full, s | | ${verifySeconds.full.toFixed(1)} |
| \`verify --incremental\` after it, s | | ${verifySeconds.incremental.toFixed(1)} |
| bytes an order, indexes included | | ${bytesPerOrder} |

Bytes an order by table: ${largest.map(({ name, bytesPerOrder: bytes }) => `${name} ${bytes}`).join(', ')}.
`;
}
