/** Why the simulator cannot start or go on, as a code that the caller can decide by. */
export type SimulatorFaultCode = 'port_taken' | 'journal_locked' | 'journal_damaged' | 'journal_failed';

export class SimulatorFault extends Error {
  override readonly name = 'SimulatorFault';
  readonly code: SimulatorFaultCode;

  constructor(code: SimulatorFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
