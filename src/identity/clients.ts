/**
 * Who calls. Every request asks, so lookups are remembered for ten seconds: a client that was revoked or
 * rotated, or an account that was closed, may go on for that long in a process that was not told.
 *
 * An unknown id and a wrong secret are the same answer after the same work: a lookup, a hash and a comparison.
 */
import { timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '../core/errors.ts';
import type { AccountId } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';
import { sha256, sha256Hex } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { AllowList } from './allow-list.ts';
import { type ClientRecord, findClient, type Reseller } from './client-store.ts';
import { Recent } from './recent.ts';
import type { Scope } from './scopes.ts';

export type Environment = 'sandbox' | 'live';
export type AccountStatus = 'active' | 'suspended' | 'closed';

export interface Caller {
  readonly accountId: AccountId;
  readonly clientId: string;
  readonly environment: Environment;
  /** The price list of the account. */
  readonly plan: string;
  /** The accounts above it, the root of its tree first; none for most. */
  readonly resellers: readonly Reseller[];
  readonly scopes: readonly Scope[];
  /** A suspended account may read; its orders are refused when they are accepted. */
  readonly accountStatus: Exclude<AccountStatus, 'closed'>;
  /** How often the client has logged out: a session's token of another count has ended. */
  readonly logouts: number;
  /** Undefined: as every client (`rate-limits.ts`). */
  readonly requestsPerSecond: number | undefined;
  /** Of the whole account. Undefined: as every account (`lookup-quota.ts`). */
  readonly lookupsPerMinute: number | undefined;
  /** Undefined: from any address (`allow-list.ts`). */
  readonly allowFrom: AllowList | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | {
      readonly kind: 'refused';
      readonly code: Extract<
        ErrorCode,
        'unauthenticated' | 'invalid_credentials' | 'token_expired' | 'account_inactive'
      >;
    };

/** How long a lookup is believed. */
const KEEP_MS = 10_000;
const KNOWN_MAX = 10_000;
/** Misses are apart, so that guesses do not push out those who are known. */
const UNKNOWN_MAX = 10_000;
/** Longer credentials are not ours: they are not even hashed. */
const CREDENTIAL_CHARS_MAX = 256;
/** What a secret is compared with when there is no client: no secret has this hash. */
const NO_HASH = Buffer.alloc(32);

type Lookup = Promise<ClientRecord | undefined>;

export class ClientDirectory {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #known: Recent<Lookup>;
  readonly #unknown: Recent<true>;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#known = new Recent({ clock, keepMs: KEEP_MS, entriesMax: KNOWN_MAX });
    this.#unknown = new Recent({ clock, keepMs: KEEP_MS, entriesMax: UNKNOWN_MAX });
  }

  async bySecret(given: { readonly clientId: string; readonly clientSecret: string }): Promise<Admission> {
    if (isNoneOfOurs(given.clientId) || isNoneOfOurs(given.clientSecret)) return REFUSED;
    const client = await this.#find(`id:${given.clientId}`, () =>
      findClient(this.#database, { id: given.clientId }),
    );
    return isSecretOf(client, sha256(given.clientSecret), this.#clock.now()) ? admit(client) : REFUSED;
  }

  async byApiKey(apiKey: string): Promise<Admission> {
    if (isNoneOfOurs(apiKey)) return REFUSED;
    const hash = sha256Hex(apiKey);
    return admit(
      await this.#find(`key:${hash}`, () =>
        findClient(this.#database, { apiKeyHash: Buffer.from(hash, 'hex') }),
      ),
    );
  }

  /** For a token, which has proven already who it was given to. */
  async byId(clientId: string): Promise<Admission> {
    return admit(await this.#find(`id:${clientId}`, () => findClient(this.#database, { id: clientId })));
  }

  /** The next lookups ask the database: something has changed. */
  forget(): void {
    this.#known.clear();
    this.#unknown.clear();
  }

  /** One question for all who ask at once. A failure is not remembered. */
  #find(key: string, ask: () => Lookup): Lookup {
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#unknown.get(key)) return NOBODY;
    const lookup = ask();
    this.#known.set(key, lookup);
    // Only while nobody said `forget`: what was found before a change says nothing after it.
    const isStillAsked = () => this.#known.get(key) === lookup;
    lookup.then(
      (client) => {
        if (client || !isStillAsked()) return;
        this.#known.delete(key);
        this.#unknown.set(key, true);
      },
      () => {
        if (isStillAsked()) this.#known.delete(key);
      },
    );
    return lookup;
  }
}

const NOBODY: Lookup = Promise.resolve(undefined);
const REFUSED: Admission = { kind: 'refused', code: 'invalid_credentials' };

/** Longer than any that we make, or with bytes that none of ours has (and that PostgreSQL cannot store). */
function isNoneOfOurs(credential: string): boolean {
  return credential.length > CREDENTIAL_CHARS_MAX || !/^[\x21-\x7e]*$/.test(credential);
}

/** Compares with both secrets, whether or not there are two, or a client at all. */
function isSecretOf(client: ClientRecord | undefined, hash: Buffer, nowMs: number): boolean {
  const previous = client?.previous && nowMs < client.previous.untilMs ? client.previous.secretHash : NO_HASH;
  const isCurrent = timingSafeEqual(hash, client?.secretHash ?? NO_HASH);
  const isPrevious = timingSafeEqual(hash, previous);
  return isCurrent || isPrevious;
}

function admit(client: ClientRecord | undefined): Admission {
  if (!client) return REFUSED;
  if (client.status === 'closed') return { kind: 'refused', code: 'account_inactive' };
  return {
    kind: 'admitted',
    caller: {
      accountId: client.accountId,
      clientId: client.id,
      environment: client.environment,
      plan: client.plan,
      resellers: client.resellers,
      scopes: client.scopes,
      accountStatus: client.status,
      logouts: client.logouts,
      requestsPerSecond: client.requestsPerSecond,
      lookupsPerMinute: client.lookupsPerMinute,
      allowFrom: client.allowFrom,
    },
  };
}
