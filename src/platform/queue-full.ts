/** Too much waits already: whoever comes now is told to come again, and surely nothing was done for it. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** How long a queue is, and how long it may become. */
export interface QueueStanding {
  readonly queue: string;
  readonly length: number;
  readonly limit: number;
}
