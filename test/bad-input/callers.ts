/** Who throws: a client of an account without money, with the credentials of each API. So no order is ever placed. */
import { valuesOf } from '../../tools/samples/run-samples.ts';
import type { Values } from '../../tools/samples/sample.ts';
import { logIn } from '../api/octopus/octopus-client.ts';
import { bearerOf, makeAccount } from '../harness/accounts.ts';
import type { TestApp } from '../harness/app.ts';
import type { Dialect } from './places.ts';

export interface Callers {
  readonly headers: Readonly<Record<Dialect, Readonly<Record<string, string>>>>;
  /** What the samples leave open. */
  readonly values: Values;
}

/** What earlier samples would have been answered. */
const UNKNOWN: Values = {
  reference: 'of-nobody',
  usedReference: 'of-nobody',
  lastReference: 'of-nobody',
  orderId: '1',
  usedId: '1',
  transactionId: 'TX1',
};
const LOOKUPS_PER_MINUTE = 1_000_000;

export async function makeCallers(app: TestApp): Promise<Callers> {
  const { client, apiKey, headers, accountId } = await makeAccount(app, {
    plan: 'sandbox',
    funds: { USD: 0n, INR: 0n },
  });
  await app.rows('update accounts set lookups_per_minute = $1 where id = $2', [
    LOOKUPS_PER_MINUTE,
    accountId,
  ]);
  const reloadly = await bearerOf(app, client);
  return {
    headers: {
      native: headers,
      recharge: headers,
      reloadly,
      octopus: (await logIn(app, client)).headers,
      a1topup: {},
    },
    values: {
      ...valuesOf({ client, apiKey }),
      ...UNKNOWN,
      token: reloadly.authorization.slice('Bearer '.length),
      shortApiKey: apiKey,
    },
  };
}
