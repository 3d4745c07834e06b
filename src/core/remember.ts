/**
 * A pure function of one text that remembers what it has answered. For texts that come again: rates,
 * percentages, terms, numbers. When `entriesMax` are known it starts anew.
 */
export function remember<Value extends string | object | null>(
  compute: (text: string) => Value,
  entriesMax: number,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = compute(text);
    if (known.size >= entriesMax) known.clear();
    known.set(text, made);
    return made;
  };
}
