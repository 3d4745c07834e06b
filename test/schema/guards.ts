/** Every guard of the money and order tables, and of the accounts and terms behind them, with the sin that it is there for. */
import { ACCOUNT_GUARDS } from './account-guards.ts';
import { BULK_GUARDS } from './bulk-guards.ts';
import type { GuardedTable, Row } from './guard.ts';
import { MONEY_GUARDS } from './money-guards.ts';
import { ORDER_GUARDS } from './order-guards.ts';
import { STATEMENT_GUARDS } from './statement-guards.ts';

export const GUARDED_TABLES: readonly GuardedTable[] = [
  ...MONEY_GUARDS,
  ...ORDER_GUARDS,
  ...STATEMENT_GUARDS,
  ...BULK_GUARDS,
  ...ACCOUNT_GUARDS,
];

/** These refuse nothing that another guard would let in, and no other guard rests on them. */
export const IDLE_GUARDS: readonly string[] = [
  // An id is an account's own without its environment: this says less than the primary key.
  'accounts_id_environment_key',
];

/** One guard on trial. */
export interface Case {
  readonly table: string;
  readonly guard: string;
  /** Whose refusal shows that the guard stands: mostly its own. */
  readonly refusedBy: string;
  readonly behind?: string;
  /** Whole rows for `into`; the last one is the sinner. */
  readonly into: string;
  readonly rows: readonly Row[];
}

export const CASES: readonly Case[] = GUARDED_TABLES.flatMap(({ table, sins }) =>
  Object.keys(sins).map((guard) => ({ ...caseOf(guard), table, guard })),
);

function caseOf(guard: string): Case {
  const found = GUARDED_TABLES.find(({ sins }) => guard in sins);
  const sin = found?.sins[guard];
  if (found === undefined || sin === undefined) throw new Error(`no sin is written down for ${guard}`);
  if ('carries' in sin) return caseOf(sin.carries);
  const { rows, ...rest } = 'rows' in sin ? sin : { rows: sin };
  const whole = rows.map((row) => ({ ...found.innocent, ...row }));
  return { table: found.table, guard, refusedBy: guard, into: found.table, rows: whole, ...rest };
}
