/** What every dialect is given. A dialect translates: it parses, asks these, and renders; it decides nothing. */
import type { Clock } from '../core/time.ts';
import type { ClientDirectory } from '../identity/clients.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { Engine } from '../orders/engine.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';

export interface DialectServices {
  readonly engine: Engine;
  readonly clients: ClientDirectory;
  readonly tokens: Tokens;
  /** How tokens name us. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long a synchronous dialect waits for an outcome before it answers that the order goes on. */
  readonly waitMs: number;
  /** False once the process is stopping: new orders are refused at the door. */
  readonly takesOrders: () => boolean;
}
