/**
 * A pure function of one text that remembers what it has answered. For texts that come again: rates,
 * percentages, terms, numbers. When `entriesMax` are known it starts anew. Values are held as long: none may be part
 * of something large.
 */
export function remember<Value extends string | object | null>(
  compute: (text: string) => Value,
  entriesMax: number,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const own = copyOf(text);
    const made = compute(own);
    if (known.size >= entriesMax) known.clear();
    known.set(own, made);
    return made;
  };
}

/** What is cut out of a text holds on to the whole of it, and a request's body may have 64 kB. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
