/** Many accounts, each with a wallet and a client of its own. */
import { createAccount } from '../src/identity/accounts.ts';
import { createClient } from '../src/identity/credentials.ts';
import { createDatabase } from '../src/platform/postgres.ts';
import { openWallet } from '../src/wallet/fund-wallet.ts';

const AT_ONCE = 16;
/** Money that cannot run out during a bench, in minor units. */
const CREDIT_LIMIT = 1_000_000_000_00n;

export interface BenchAccount {
  readonly accountId: bigint;
  readonly walletId: bigint;
  readonly apiKey: string;
}

export async function openAccounts(databaseUrl: string, count: number): Promise<BenchAccount[]> {
  const database = createDatabase({
    url: databaseUrl,
    poolMax: AT_ONCE,
    applicationName: 'toprail bench',
  });
  try {
    return await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const name = `Bench ${index}`;
        const account = { name, environment: 'sandbox', plan: 'sandbox', parentId: undefined } as const;
        const accountId = await createAccount(database, account);
        const wallet = await openWallet(database, { accountId, currency: 'USD', creditLimit: CREDIT_LIMIT });
        const { apiKey } = await createClient(database, { accountId, name });
        return { accountId, walletId: wallet.id, apiKey };
      }),
    );
  } finally {
    await database.end();
  }
}
