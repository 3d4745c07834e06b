/**
 * Operators beside the mobile ones, made for the sandbox (`services.json`): television, postpaid and electricity
 * bills, road toll, gift cards and games. They get ids of ours by their country and name.
 */
import type { ProductClass } from '../../src/catalogue/rows.ts';
import { type OperatorKind, readJson } from './sources.ts';

export interface Service {
  readonly country: string;
  readonly name: string;
  readonly kind: OperatorKind;
  readonly class: ProductClass;
  /** Short and ours, as the documented ones of Indian integrations are. */
  readonly code?: string;
  /** What the customer types, and the pattern of the whole of it; absent: a phone number. */
  readonly label?: string;
  readonly pattern?: string;
  readonly servers?: readonly string[];
  /** Of postpaid: whose numbers. */
  readonly network?: number;
  readonly range?: readonly string[];
  readonly fixed?: readonly string[];
  /** Amount and content. */
  readonly packs?: readonly (readonly [amount: string, content: string])[];
  readonly tax: string;
  /** The amounts are without tax. */
  readonly taxAdded?: boolean;
}

// Our own file, read by this program alone, and a wrong one fails the catalogue's tests.
export const services = readJson('services.json') as readonly Service[];

export function serviceOf(country: string, name: string): Service | undefined {
  return services.find((service) => service.country === country && service.name === name);
}

/** As `sandboxAmounts` takes them. */
export function amountsOf({ range, fixed, packs = [] }: Service): readonly string[] {
  if (range) return ['range', ...range];
  return ['fixed', ...(fixed ?? packs.map(([amount]) => amount))];
}
