/**
 * Batchers put their batch off to the next turn of the event loop. Whoever runs the simulation waits for that turn too:
 * a turn that queued another one is followed by one more.
 */
const turn = globalThis.setImmediate;
let putOff = 0;
globalThis.setImmediate = Object.assign(
  ((task: (...given: unknown[]) => void, ...given: unknown[]) => {
    putOff += 1;
    return turn(task, ...given);
  }) as typeof setImmediate,
  { __promisify__: turn.__promisify__ },
);

/** Resolves when nothing can go on any more without a further event. */
export async function settled(): Promise<void> {
  do {
    putOff = 0;
    await new Promise<void>((resolve) => turn(resolve));
  } while (putOff > 0);
}
