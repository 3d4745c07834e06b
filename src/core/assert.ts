/**
 * Bugs crash loudly. An assertion states what must hold here; it is never used for bad input, which is an
 * outcome that the caller handles, nor for faults of the network or the database, which are retried.
 */
export class Bug extends Error {
  override readonly name = 'Bug';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** The end of an exhaustive `switch`: a new member of the union does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`);
}
