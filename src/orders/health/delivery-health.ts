/**
 * Counts how orders end, as this process sees them end, and adds the counts to those of the others now and then: so
 * measuring costs an order nothing. What a crash loses is ten seconds of statistics.
 */
import type { Clock } from '../../core/time.ts';
import { arrayLiteral } from '../../platform/array-literal.ts';
import type { DueWork } from '../../platform/due-loop.ts';
import type { Database } from '../../platform/postgres.ts';
import type { OrderRecord } from '../order.ts';
import { bucketOf, type Counts } from './health.ts';

type Environment = 'sandbox' | 'live';

export interface Measured {
  readonly hour: ReadonlyMap<number, Counts>;
  readonly day: ReadonlyMap<number, Counts>;
}

const FLUSH_EVERY_MS = 10_000;
/** How long a reading is told again. */
const KEEP_MS = 10_000;

interface Tally {
  readonly environment: Environment;
  readonly operatorId: number;
  readonly bucket: number;
  orders: number;
}

export class DeliveryHealth {
  readonly #database: Database;
  readonly #clock: Clock;
  #tallies = new Map<string, Tally>();
  readonly #read = new Map<Environment, { readonly atMs: number; readonly measured: Promise<Measured> }>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** An order has ended. */
  note(order: OrderRecord): void {
    const bucket = bucketOf(order);
    if (bucket === undefined) return;
    const { environment, operatorId } = order.facts;
    const key = `${environment} ${operatorId} ${bucket}`;
    const tally = this.#tallies.get(key) ?? { environment, operatorId, bucket, orders: 0 };
    tally.orders += 1;
    this.#tallies.set(key, tally);
  }

  /** By operator, as every process has counted; ten seconds old at most, besides what others have not added yet. */
  measured(environment: Environment): Promise<Measured> {
    const known = this.#read.get(environment);
    if (known && this.#clock.now() < known.atMs + KEEP_MS) return known.measured;
    const measured = readMeasured(this.#database, environment);
    this.#read.set(environment, { atMs: this.#clock.now(), measured });
    measured.catch(() => this.#read.delete(environment));
    return measured;
  }

  work(): DueWork {
    return {
      name: 'health of operators',
      periodMs: FLUSH_EVERY_MS,
      look: async () => {
        await this.#flush();
        return undefined;
      },
    };
  }

  async #flush(): Promise<void> {
    const tallies = [...this.#tallies.values()];
    if (tallies.length === 0) return;
    this.#tallies = new Map();
    await this.#database.query(
      'select toprail.add_delivery_health($1::text[], $2::integer[], $3::smallint[], $4::bigint[])',
      [
        arrayLiteral(tallies.map(({ environment }) => environment)),
        arrayLiteral(tallies.map(({ operatorId }) => operatorId)),
        arrayLiteral(tallies.map(({ bucket }) => bucket)),
        arrayLiteral(tallies.map(({ orders }) => orders)),
      ],
    );
  }
}

async function readMeasured(database: Database, environment: Environment): Promise<Measured> {
  const { rows } = await database.query<{ operator_id: number; bucket: number; hour: bigint; day: bigint }>(
    'select * from toprail.read_delivery_health($1)',
    [environment],
  );
  const [hour, day] = [new Map<number, Map<number, number>>(), new Map<number, Map<number, number>>()];
  for (const row of rows) {
    for (const [window, orders] of [
      [hour, row.hour],
      [day, row.day],
    ] as const) {
      const counts = window.get(row.operator_id) ?? new Map<number, number>();
      window.set(row.operator_id, counts.set(row.bucket, Number(orders)));
    }
  }
  return { hour, day };
}
