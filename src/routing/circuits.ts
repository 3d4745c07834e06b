/**
 * The circuits of one process, one for each provider and operator: hints in memory, so that each process finds out by
 * itself and a restart begins hopeful. They choose and they make wait; no order ever fails because of one.
 */
import type { Clock } from '../core/time.ts';
import { Circuit, type CircuitState, type Sign } from './circuit.ts';
import { type Capability, type Evidence, refusalMeaning } from './connector.ts';

/** What of a route's health the choice among routes looks at. */
export interface RouteHealth {
  isOpen(provider: string, operatorId: number): boolean;
  /** In 0 .. 1. */
  success(provider: string, operatorId: number): number;
}

/** Our own reasons to have sent nothing: they say nothing of the provider. */
const OWN_REASONS: readonly (string | undefined)[] = ['DEADLINE_PASSED', 'NO_CONNECTOR', 'RECIPIENT_ERASED'];

/** What the answer to an instruction says of its provider; undefined: nothing. */
export function signOf({ verdict, code }: Evidence, capability: Capability): Sign | undefined {
  switch (verdict) {
    case 'unsent':
      return OWN_REASONS.includes(code) ? undefined : 'bad';
    case 'unknown':
    case 'unmapped':
      return 'bad';
    case 'refused':
      return refusalMeaning(capability, code)?.retryable ? 'bad' : 'good';
    case 'delivered':
    case 'pending':
    case 'reversed':
      return 'good';
    case 'not_found':
      return undefined;
  }
}

export class Circuits implements RouteHealth {
  readonly #clock: Clock;
  readonly #circuits = new Map<string, Circuit>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An instruction was answered. */
  note(about: { readonly provider: string; readonly operatorId: number }, sign: Sign): void {
    const key = keyOf(about.provider, about.operatorId);
    const circuit = this.#circuits.get(key) ?? new Circuit();
    this.#circuits.set(key, circuit);
    circuit.note(sign, this.#clock.elapsed());
  }

  /** Whether an instruction may be sent now; asked right before it is. */
  permit(provider: string, operatorId: number): boolean {
    return this.#circuits.get(keyOf(provider, operatorId))?.permit(this.#clock.elapsed()) ?? true;
  }

  isOpen(provider: string, operatorId: number): boolean {
    return this.state(provider, operatorId) === 'open';
  }

  state(provider: string, operatorId: number): CircuitState {
    return this.#circuits.get(keyOf(provider, operatorId))?.state(this.#clock.elapsed()) ?? 'closed';
  }

  success(provider: string, operatorId: number): number {
    return this.#circuits.get(keyOf(provider, operatorId))?.success(this.#clock.elapsed()) ?? 1;
  }

  /** How many are open at the moment: for metrics. */
  get open(): number {
    const nowMs = this.#clock.elapsed();
    return [...this.#circuits.values()].filter((circuit) => circuit.state(nowMs) === 'open').length;
  }
}

function keyOf(provider: string, operatorId: number): string {
  return `${provider} ${operatorId}`;
}
