/** Which of several media types a client wants (RFC 9110, 12.5.1). Pure. */

interface Range {
  readonly type: string;
  readonly weight: number;
  readonly position: number;
}

/**
 * The one of `offered` that an `Accept` header wants most; without a header the first. Undefined when none is
 * accepted. The most specific range that fits a type tells its weight. Between equal weights, what the client names
 * goes before what it only includes by a star, then its own order, then ours.
 */
export function chooseMediaType<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map(readRange);
  const [best] = offered
    .flatMap((type) => {
      const [group] = type.split('/', 1);
      const wanted = [type, `${group}/*`, '*/*'];
      const specificity = wanted.findIndex((text) => ranges.some((range) => range.type === text));
      const range = ranges.find((one) => one.type === wanted[specificity]);
      return range && range.weight > 0 ? [{ ...range, type, specificity }] : [];
    })
    .sort((a, b) => b.weight - a.weight || a.specificity - b.specificity || a.position - b.position); // stable
  return best?.type;
}

function readRange(text: string, position: number): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const value = weight === undefined ? 1 : Number(weight);
  return { type, weight: Number.isNaN(value) ? 0 : value, position };
}
