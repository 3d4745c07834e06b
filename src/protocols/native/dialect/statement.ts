/** GET /v1/wallets/{id}/statement: a period of a wallet, as accountants want it. */
import { type Static, Type } from 'typebox';
import { Refusal } from '../../../core/errors.ts';
import { formatId, parseId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { readStatement } from '../../../wallet/statement.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, exact, Instant, Money, nullable, problems } from '../wire.ts';
import { EntryKind } from '../wire-wallets.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { instant, maybe, money } from './render.ts';

const StatementSchema = exact(
  {
    wallet: Type.String({ pattern: '^wal_[1-9]\\d*$' }),
    from: Instant,
    to: Instant,
    opening: Money,
    closing: Money,
    entries: nullable(exact({ first: Type.Integer(), last: Type.Integer() }, { title: 'EntryRange' })),
    sums: Type.Array(
      exact({ kind: EntryKind, count: Type.Integer(), amount: Money }, { title: 'StatementSum' }),
    ),
  },
  {
    title: 'Statement',
    description:
      '`opening` and all `sums` make `closing`, which is the `opening` of the period that follows. `entries` are the numbers of the first and last entry.',
  },
);

const usd = (value: string) => ({ value, currency: 'USD' });
const EXAMPLE: Static<typeof StatementSchema> = {
  wallet: 'wal_5001',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-12-01T00:00:00.000Z',
  opening: usd('0.00'),
  closing: usd('9999986.80'),
  entries: { first: 1, last: 2 },
  sums: [
    { kind: 'capture', count: 1, amount: usd('-13.20') },
    { kind: 'funding', count: 1, amount: usd('10000000.00') },
  ],
};

export function addStatement(app: NativeApp, services: DialectServices): void {
  const bound = (description: string) => Type.String({ format: 'date-time', description });
  app.get(
    '/v1/wallets/:id/statement',
    {
      onRequest: admit(services, 'wallets:read'),
      schema: {
        operationId: 'getStatement',
        security: needs('wallets:read'),
        tags: ['Wallets'],
        summary: 'Read a statement',
        description:
          'Balances before and after a period, and what moved the wallet in it, by kind. A period that has not ended yet is a statement so far. What is old may be archived: a period from before it is refused with the instant when the statements of the wallet begin.',
        params: exact({ id: Type.String({ description: 'Of the wallet.', examples: ['wal_5001'] }) }),
        querystring: exact({ from: bound('The first instant.'), to: bound('Just after the last one.') }),
        response: {
          200: answer(StatementSchema, { description: 'The statement.', example: EXAMPLE }),
          ...problems('forbidden', 'not_found', 'invalid_request'),
        },
      },
    },
    async (request) => {
      const walletId = parseId('wallet', request.params.id);
      const { from, to } = request.query;
      const period = { fromMs: readInstant('from', from), toMs: readInstant('to', to) };
      if (period.toMs <= period.fromMs) {
        throw new Refusal('invalid_request', { issues: [{ field: 'to', issue: 'must be after from' }] });
      }
      const { accountId } = callerOf(request);
      const read =
        walletId === undefined
          ? undefined
          : await readStatement(services.engine.database, accountId, walletId, period);
      if (!read || walletId === undefined) throw new Refusal('not_found');
      if (read.kind === 'detached') {
        const issue = `is before ${instant(read.beginsMs)}, when the statements of this wallet begin: what is older is archived`;
        throw new Refusal('invalid_request', { issues: [{ field: 'from', issue }] });
      }
      const { currency, opening, closing, entries, sums } = read.statement;
      return {
        wallet: formatId('wallet', walletId),
        from: instant(period.fromMs),
        to: instant(period.toMs),
        opening: money(opening, currency),
        closing: money(closing, currency),
        entries: maybe(entries, ({ first, last }) => ({ first: Number(first), last: Number(last) })),
        sums: sums.map(({ kind, count, amount }) => ({
          kind: kind as Static<typeof EntryKind>, // only these have a wallet leg
          count,
          amount: money(amount, currency),
        })),
      };
    },
  );
}

/** What both the language and the database can write in four digits of a year. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** RFC 3339 knows leap seconds and the year 0000, which have no place on our clocks. */
function readInstant(field: string, text: string): number {
  const ms = Date.parse(text);
  if (ms >= FIRST_MS && ms <= LAST_MS) return ms;
  throw new Refusal('invalid_request', { issues: [{ field, issue: 'is no instant of our clocks' }] });
}
