/** The plans of an operator that are sold in one telecom circle each, by circle. */
import type { Product } from '../../../catalogue/catalogue.ts';
import { circleName } from '../../../catalogue/circles.ts';
import { toNumber, toText } from '../../../core/json-amount.ts';
import { type Conversion, listFixed, listRange, type Pair } from '../../../pricing/conversion.ts';
import type * as wire from '../wire.ts';

/**
 * They are bought as an amount of the main product, so one whose sent amount its range does not take is left out;
 * `plans` are those of one operator, in the order of circles.
 */
export function renderGeographical(
  conversion: Conversion,
  main: Product,
  plans: readonly Product[],
): wire.GeographicalPlans[] {
  const { denomination } = main;
  const bounds = denomination.kind === 'range' ? listRange(conversion, denomination) : undefined;
  if (!bounds) return [];
  return [...Map.groupBy(plans, ({ circle = '' }) => circle)].map(([circle, inCircle]) => {
    const byAmount = new Map(inCircle.map((plan) => [amountOf(plan), plan]));
    const amounts = [...byAmount.keys()].sort((a, b) => (a < b ? -1 : 1));
    const pairs = listFixed(conversion, amounts).filter(
      ({ send }) => bounds.min <= send && send <= bounds.max,
    );
    const own = conversion.wallet.currency;
    const theirs = conversion.operator.currency;
    const texts = (keyOf: (pair: Pair) => string, textOf: (plan: Product) => string) =>
      Object.fromEntries(
        pairs.flatMap((pair) => {
          const plan = byAmount.get(pair.receive);
          return plan ? [[keyOf(pair), textOf(plan)]] : [];
        }),
      );
    const sent = ({ send }: Pair) => toText(send, own);
    const received = ({ receive }: Pair) => toText(receive, theirs);
    return {
      locationCode: circle,
      locationName: circleName(circle),
      fixedAmounts: pairs.map(({ send }) => toNumber(send, own)),
      localAmounts: pairs.map(({ receive }) => toNumber(receive, theirs)),
      fixedAmountsPlanNames: texts(sent, ({ name }) => name),
      fixedAmountsDescriptions: texts(sent, describe),
      localFixedAmountsPlanNames: texts(received, ({ name }) => name),
      localFixedAmountsDescriptions: texts(received, describe),
    };
  });
}

/** A circle plan has one amount. */
function amountOf({ denomination }: Product): bigint {
  return denomination.kind === 'fixed' ? (denomination.amounts[0] ?? 0n) : denomination.min;
}

function describe({ description, validity }: Product): string {
  return validity === '' ? description : `${description} (${validity})`;
}
