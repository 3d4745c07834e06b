/** What every dialect is given. A dialect translates: it parses, asks these, and renders; it decides nothing. */
import type { Clock } from '../core/time.ts';
import type { ClientDirectory } from '../identity/clients.ts';
import type { Limits } from '../identity/limits.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { Engine } from '../orders/engine.ts';
import type { DeliveryHealth } from '../orders/health/delivery-health.ts';
import type { DeliveryTimes } from '../orders/health/delivery-times.ts';
import type { Admission } from '../platform/admission.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';

export interface DialectServices {
  readonly engine: Engine;
  readonly clients: ClientDirectory;
  readonly tokens: Tokens;
  /** How much is let in. */
  readonly admission: Admission;
  /** How much callers may ask. */
  readonly limits: Limits;
  /** How tokens name us. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long a synchronous dialect waits for an outcome before it answers that the order goes on. */
  readonly waitMs: number;
  /** How long deliveries take, by operator. */
  readonly deliveryTimes: DeliveryTimes;
  /** How well operators deliver. */
  readonly health: DeliveryHealth;
  /** False once the process is stopping: new orders are refused at the door. */
  readonly takesOrders: () => boolean;
  /** Something was stored that is due: this process looks at once, others within a second. */
  readonly workSoon: () => void;
}
