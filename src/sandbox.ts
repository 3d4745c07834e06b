/**
 * What makes a fresh installation a sandbox: one account with money, one client, the pretend operators. Every part
 * is made once and found again at the next start, wherever the last one ended.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from './core/assert.ts';
import { currencyOf } from './core/currency.ts';
import type { AccountId, IdMint } from './core/ids.ts';
import { parseAmount } from './core/money.ts';
import { findClient } from './identity/client-store.ts';
import { type Credentials, createClient } from './identity/credentials.ts';
import { sha256, type Vault } from './platform/crypto.ts';
import type { Database } from './platform/postgres.ts';
import { SANDBOX_CAPABILITY } from './protocols/sandbox/connector/capability.ts';
import type { SandboxConfig } from './protocols/sandbox/connector/config.ts';
import { addProvider, addRoute } from './routing/settings.ts';
import { fundWallet, openWallet } from './wallet/fund-wallet.ts';

export interface SandboxOptions {
  /** As toprail_app. */
  readonly database: Database;
  readonly vault: Vault;
  readonly mint: IdMint;
  /** Where this switch answers; it is written into the file. */
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly simulatorUrl: string;
  readonly callbackSecret: string;
}

export interface SandboxSeed {
  readonly accountId: AccountId;
  /** Of the file with the credentials. */
  readonly path: string;
  readonly credentials: Credentials;
}

const SANDBOX_PROVIDER = 'sandbox';
const FILE = 'sandbox.json';
const FILE_MODE = 0o600;
const CURRENCIES = ['USD', 'INR', 'NGN'] as const;
const OPENING_AMOUNT = '10000000.00';
/** Of the face value: with the plan's 6 % off, 2 % are the margin. */
const COST_PERCENT = '92';
const PRIORITY = 100;
/** Recipients that end so can never be reached: nobody listens on the discard port. */
const UNREACHABLE = { endsWith: '9004', url: 'http://127.0.0.1:9' } as const;

/** Partitions of the current month must exist. */
export async function seedSandbox(options: SandboxOptions): Promise<SandboxSeed> {
  const accountId = await ensureAccount(options.database);
  for (const currency of CURRENCIES) await ensureMoney(options, accountId, currency);
  await ensureProvider(options);
  const path = join(options.dataDir, FILE);
  const credentials =
    (await readWorking(options.database, path, accountId)) ??
    (await createClient(options.database, { accountId, name: 'Sandbox' }));
  await writeCredentials(options, path, credentials);
  return { accountId, path, credentials };
}

async function ensureAccount(database: Database): Promise<AccountId> {
  const { rows } = await database.query<{ id: AccountId }>('select toprail.ensure_sandbox_account() as id');
  const [row] = rows;
  assert(row, 'ensure_sandbox_account returns an id');
  return row.id;
}

/** The key makes the funding happen once, however often the start is repeated. */
async function ensureMoney(options: SandboxOptions, accountId: AccountId, currency: string): Promise<void> {
  const amount = parseAmount(OPENING_AMOUNT, currencyOf(currency).exponent);
  assert(amount, 'the opening amount is one of the currency');
  const { id: walletId } = await openWallet(options.database, { accountId, currency });
  const funded = await fundWallet(options, {
    accountId,
    walletId,
    amount,
    key: `sandbox-opening-${currency}`,
    reason: 'Opening balance of the sandbox',
    actor: 'sandbox',
  });
  assert(funded.kind === 'funded' || funded.kind === 'replayed', `opening balance: ${funded.kind}`);
}

/** The addresses follow this start's ports. A route that somebody has changed is left as it is. */
async function ensureProvider({
  database,
  vault,
  simulatorUrl,
  callbackSecret,
}: SandboxOptions): Promise<void> {
  const config: SandboxConfig = {
    url: `${simulatorUrl}/p/${SANDBOX_PROVIDER}`,
    callbackSecret,
    addresses: [UNREACHABLE],
  };
  await addProvider(database, vault, {
    id: SANDBOX_PROVIDER,
    environment: 'sandbox',
    connector: 'sandbox',
    config,
    defaultCapability: SANDBOX_CAPABILITY,
    capability: SANDBOX_CAPABILITY,
    pinned: true,
    settlement: 'payable',
  });
  const { rows } = await database.query(
    'select 1 from toprail.read_routes() where provider_id = $1 limit 1',
    [SANDBOX_PROVIDER],
  );
  if (rows.length > 0) return;
  await addRoute(database, {
    environment: 'sandbox',
    provider: SANDBOX_PROVIDER,
    costPercent: COST_PERCENT,
    priority: PRIORITY,
  });
}

/** The credentials of the file while they work; undefined when the file is gone, broken or of another database. */
async function readWorking(
  database: Database,
  path: string,
  accountId: AccountId,
): Promise<Credentials | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const credentials = text === undefined ? undefined : parseFile(text);
  if (!credentials) return undefined;
  const { id, secret, apiKey } = credentials;
  const client = await findClient(database, { apiKeyHash: sha256(apiKey) });
  const works =
    client?.id === id && client.accountId === accountId && client.secretHash.equals(sha256(secret));
  return works ? credentials : undefined;
}

function parseFile(text: string): Credentials | undefined {
  try {
    const { client, apiKey } = JSON.parse(text) as {
      client?: { id?: unknown; secret?: unknown };
      apiKey?: unknown;
    };
    const values = [client?.id, client?.secret, apiKey];
    if (!values.every((value) => typeof value === 'string')) return undefined;
    const [id = '', secret = '', key = ''] = values;
    return { id, secret, apiKey: key };
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and readable by its owner only. */
async function writeCredentials(
  { baseUrl, dataDir }: SandboxOptions,
  path: string,
  { id, secret, apiKey }: Credentials,
): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', FILE_MODE);
  try {
    await file.writeFile(`${JSON.stringify({ baseUrl, client: { id, secret }, apiKey }, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
