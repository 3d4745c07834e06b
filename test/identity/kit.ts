/** A fresh installation for tests of identity: keys, one account, one client, a clock that can be moved. */
import { randomBytes } from 'node:crypto';
import { MovableClock } from '../../src/core/time.ts';
import { createAccount } from '../../src/identity/accounts.ts';
import { ClientDirectory, type Environment } from '../../src/identity/clients.ts';
import { createClient } from '../../src/identity/credentials.ts';
import { ensureKeys } from '../../src/identity/keys.ts';
import { createTokens } from '../../src/identity/tokens.ts';
import { createDatabase } from '../../src/platform/postgres.ts';
import { cloneDatabase } from '../harness/database.ts';

export const ISSUER = 'toprail';

export async function startIdentity() {
  const clone = await cloneDatabase();
  const database = createDatabase({ url: clone.appUrl, poolMax: 4, applicationName: 'identity test' });
  const owner = createDatabase({ url: clone.superuserUrl, poolMax: 1, applicationName: 'identity test' });
  const masterKey = randomBytes(32);
  const clock = new MovableClock();
  const keys = await ensureKeys(database, masterKey);
  const directory = new ClientDirectory(database, clock);
  const tokens = createTokens({ keys, directory, clock, issuer: ISSUER });
  return {
    clone,
    database,
    superuser: owner,
    masterKey,
    clock,
    keys,
    directory,
    tokens,
    async newClient(environment: Environment = 'sandbox') {
      const accountId = await createAccount(database, {
        name: 'Acme',
        environment,
        plan: 'gold',
        parentId: undefined,
      });
      return { accountId, ...(await createClient(database, { accountId, name: 'shop' })) };
    },
    /** Moves the clock of the process and the database's. */
    async advance(byMs: number) {
      clock.advance(byMs);
      await owner.query(
        `insert into toprail.clock (shift) values ($1::interval)
         on conflict (only_row) do update set shift = toprail.clock.shift + excluded.shift`,
        [`${byMs} milliseconds`],
      );
    },
    async end() {
      await database.end();
      await owner.end();
      await clone.drop();
    },
  };
}

export type Identity = Awaited<ReturnType<typeof startIdentity>>;
