/** GET /v1/wallets and /v1/wallets/{id}/entries. */
import { Type } from 'typebox';
import { Refusal } from '../../../core/errors.ts';
import { formatId, type IdKind, parseId } from '../../../core/ids.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import type { PostingKind } from '../../../wallet/posting.ts';
import {
  available,
  readEntries,
  readWallets,
  type Wallet,
  type WalletEntry,
} from '../../../wallet/wallets.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, exact, LIMIT_DEFAULT, limit, problems } from '../wire.ts';
import { WalletEntryList, type WalletEntryView, WalletList, type WalletView } from '../wire-wallets.ts';
import { admit, needs } from './caller.ts';
import { answerList, jsonOrCsv, listAnswer } from './list-answer.ts';
import type { NativeApp } from './native-app.ts';
import { badCursor, endOf } from './paging.ts';
import { instant, money } from './render.ts';
import { ENTRY_COLUMNS } from './render-csv.ts';

const usd = (value: string) => ({ value, currency: 'USD' });
const WALLETS_EXAMPLE = {
  data: [
    {
      id: 'wal_5001',
      currency: 'USD',
      available: usd('9999986.80'),
      posted: usd('10000000.00'),
      held: usd('13.20'),
      credit_limit: usd('0.00'),
      updated_at: '2026-11-21T10:00:00.000Z',
    },
  ],
  next: null,
};
const ENTRIES_EXAMPLE: { data: WalletEntryView[]; next: string | null } = {
  data: [
    {
      number: 2,
      kind: 'capture',
      source: 'ord_245301287911744',
      amount: usd('-13.20'),
      posted_after: usd('9999986.80'),
      created_at: '2026-11-21T10:00:00.250Z',
    },
  ],
  next: '2',
};

export function addWallets(app: NativeApp, services: DialectServices): void {
  const { database } = services.engine;
  app.get(
    '/v1/wallets',
    {
      onRequest: admit(services, 'wallets:read'),
      schema: {
        operationId: 'listWallets',
        security: needs('wallets:read'),
        tags: ['Wallets'],
        summary: 'List wallets',
        description: 'The account’s prepaid money, one wallet a currency. All are in one page.',
        response: {
          200: answer(WalletList, { description: 'Every wallet of the account.', example: WALLETS_EXAMPLE }),
          ...problems('forbidden'),
        },
      },
    },
    async (request) => {
      const wallets = await readWallets(database, callerOf(request).accountId);
      return { data: wallets.map(walletView), next: null };
    },
  );

  app.get(
    '/v1/wallets/:id/entries',
    {
      onRequest: [admit(services, 'wallets:read'), jsonOrCsv],
      schema: {
        operationId: 'listWalletEntries',
        security: needs('wallets:read'),
        tags: ['Wallets'],
        summary: 'List the entries of a wallet',
        description:
          'The statement: everything that moved the wallet, newest first, each line with the balance after it. What is only held is not an entry.',
        params: exact({ id: Type.String({ description: 'Of the wallet.', examples: ['wal_5001'] }) }),
        querystring: exact({
          limit,
          after: Type.Optional(after('The number of the last entry of the page before.')),
        }),
        response: {
          200: listAnswer(WalletEntryList, {
            description: 'A page of the statement.',
            example: ENTRIES_EXAMPLE,
            columns: ENTRY_COLUMNS,
          }),
          ...problems('forbidden', 'not_found', 'not_acceptable', 'invalid_request'),
        },
      },
    },
    async (request, reply) => {
      const walletId = parseId('wallet', request.params.id);
      if (walletId === undefined) throw new Refusal('not_found');
      const { after: cursor, limit: rowsMax = LIMIT_DEFAULT } = request.query;
      const before = entryCursor(cursor);
      const read = await readEntries(database, callerOf(request).accountId, walletId, {
        limit: rowsMax + 1,
        ...(before === undefined ? {} : { before }),
      });
      if (!read) throw new Refusal('not_found');
      const { rows, next } = endOf(read, (entry) => `${entry.number}`, rowsMax);
      const list = { data: rows.map(entryView), next };
      return answerList(request, reply, { list, columns: ENTRY_COLUMNS });
    },
  );
}

function entryCursor(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw badCursor();
  return BigInt(text);
}

function walletView(wallet: Wallet): WalletView {
  const { currency } = wallet;
  return {
    id: formatId('wallet', wallet.id),
    currency,
    available: money(available(wallet), currency),
    posted: money(wallet.posted, currency),
    held: money(wallet.held, currency),
    credit_limit: money(wallet.creditLimit, currency),
    updated_at: instant(wallet.updatedAtMs),
  };
}

/** What moves a wallet, and what its source is. The other postings of the ledger touch none. */
const SOURCES = {
  funding: 'funding',
  capture: 'order',
  commission: 'order',
  refund: 'adjustment',
  commission_clawback: 'adjustment',
  share_payout: 'settlement',
  plan_fee: 'planChange',
  commission_payout: 'settlement',
  correction: 'adjustment',
} as const satisfies Partial<Record<PostingKind, IdKind>> & Record<WalletEntryView['kind'], IdKind>;

function entryView(entry: WalletEntry): WalletEntryView {
  const kind = entry.kind as WalletEntryView['kind']; // only these have a wallet leg
  return {
    number: Number(entry.number),
    kind,
    source: formatId(SOURCES[kind], entry.source),
    amount: money(entry.amount, entry.currency),
    posted_after: money(entry.postedAfter, entry.currency),
    created_at: instant(entry.createdAtMs),
  };
}
