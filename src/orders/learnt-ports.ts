/**
 * Ported numbers, learnt from orders: a network that delivers to a number outside its range has it now, and one that
 * refuses a number as another's has it no longer. Kept under a keyed hash of the number, so that the table tells
 * nobody's number, and for some time only, since numbers move on. What pretended operators deliver teaches the sandbox
 * alone: anybody can have it deliver anything.
 */
import { type Candidate, isNetwork } from '../catalogue/catalogue.ts';
import { type LearntPort, rankCandidates } from '../catalogue/rank.ts';
import type { Environment } from '../identity/clients.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Log } from '../platform/log.ts';
import type { Database } from '../platform/postgres.ts';
import type { Market } from './market.ts';
import type { OrderRecord } from './order.ts';

const DAY_SECONDS = 86_400;
/** A delivery is a fact; that it still holds is less sure every month. */
const DELIVERED_KEEP_SECONDS = 90 * DAY_SECONDS;
/** A refusal says only who does not have the number. */
const REFUSED_KEEP_SECONDS = 30 * DAY_SECONDS;

export interface LearntPortsOptions {
  readonly database: Database;
  readonly vault: Vault;
  readonly log: Log;
  readonly market: () => Market;
}

export class LearntPorts {
  readonly #options: LearntPortsOptions;

  constructor(options: LearntPortsOptions) {
    this.#options = options;
  }

  /** An order has ended. What is lost here is learnt by the next one, so nothing waits for it. */
  learn(order: OrderRecord): void {
    const lesson = this.#lessonOf(order);
    if (!lesson) return;
    const { database, vault, log } = this.#options;
    const { environment } = order.facts;
    const { e164, network, serves } = lesson;
    const keepSeconds = serves ? DELIVERED_KEEP_SECONDS : REFUSED_KEEP_SECONDS;
    void database
      .query('select toprail.learn_port($1, $2, $3, $4)', [
        hashOf(vault, environment, e164),
        network,
        serves,
        keepSeconds,
      ])
      .catch((error: unknown) => log.warn({ error }, 'a port could not be learnt'));
  }

  async find(environment: Environment, e164: string): Promise<LearntPort | undefined> {
    const { database, vault } = this.#options;
    const { rows } = await database.query<{ operator_id: number | null; not_operators: number[] }>(
      'select * from toprail.find_port($1)',
      [hashOf(vault, environment, e164)],
      { name: 'find_port' },
    );
    const [row] = rows;
    return row && { operatorId: row.operator_id ?? undefined, notOperators: row.not_operators };
  }

  /** Who may serve a number, best guess first. */
  async lookup(environment: Environment, e164: string): Promise<readonly Candidate[]> {
    const { catalogue } = this.#options.market();
    return rankCandidates(catalogue.lookupNumber(e164), await this.find(environment, e164));
  }

  /** Undefined where an order tells nothing that the catalogue does not say already. */
  #lessonOf({ facts, progress }: OrderRecord) {
    const { catalogue } = this.#options.market();
    const operator = catalogue.operator(facts.operatorId);
    if (facts.recipient?.kind !== 'phone' || !operator || operator.pin) return undefined;
    const network = catalogue.operator(operator.network);
    if (!network || !isNetwork(network)) return undefined;
    const e164 = facts.recipient.value;
    const lesson = { e164, network: network.id };
    if (progress.state === 'DELIVERED') {
      return catalogue.serves(operator, e164) === 'no' ? { ...lesson, serves: true } : undefined;
    }
    return progress.failure === 'recipient_of_other_operator' ? { ...lesson, serves: false } : undefined;
  }
}

function hashOf(vault: Vault, environment: Environment, e164: string): string {
  return vault.hash('port', environment, e164);
}
