/**
 * A pretend provider: what becomes of each instruction is drawn when it arrives, and every delivery is a line in its
 * journal, which is the witness of what customers got. It executes whatever arrives, as often as it arrives.
 */
import type { Evidence, Instruction, Notice } from '../../src/routing/connector.ts';
import type { Random } from '../harness/random.ts';
import type { Kernel } from './kernel.ts';
import { CODES } from './market.ts';

/** What becomes of an instruction, and what is said about it. */
export type Fate =
  | 'deliver'
  | 'deliver_slowly'
  | 'deliver_part'
  | 'deliver_silently'
  | 'deliver_then_reverse'
  | 'refuse'
  | 'refuse_for_now'
  | 'refuse_silently'
  | 'pend_then_deliver'
  | 'pend_then_refuse'
  | 'fail_and_deliver'
  | 'fail_and_refuse'
  | 'unexplained_and_deliver'
  | 'unexplained_and_refuse'
  | 'vanish'
  | 'lie_refused'
  | 'lie_refused_for_now'
  | 'lie_not_found';

export interface JournalLine {
  readonly reference: string;
  readonly atMs: number;
  readonly amount: bigint;
  reversed: boolean;
}

interface Known {
  status: 'pending' | 'delivered' | 'refused' | 'reversed';
  code: string;
  amount: bigint;
  hiddenUntilMs: number;
}

export interface ProviderOptions {
  readonly id: string;
  readonly kernel: Kernel;
  readonly random: Random;
  readonly fates: Readonly<Partial<Record<Fate, number>>>;
  /** How long it may take until it knows what it was asked: a little less than the capability record says. */
  readonly settleMsMax: number;
  /** How often it does not find what it knows, in 0 .. 1; where NOT_FOUND proves something, once a reference. */
  readonly blinks: number;
  readonly blinksOnce: boolean;
  /** How many of its callbacks come late, in 0 .. 1. */
  readonly callsLate: number;
  /** Carries a callback; the provider repeats it until it is taken. */
  readonly callBack: (provider: string, notice: Notice, taken: () => void) => void;
  readonly noted: (fate: Fate | 'duplicate_callback' | 'late_callback', reference: string) => void;
}

const CALL_AGAIN_MS = 15_000;

export class SimulatedProvider {
  readonly id: string;
  readonly journal: JournalLine[] = [];
  /** References about which it has lied, by what it said. */
  readonly lies = new Map<string, 'refused' | 'not_found'>();
  /** References of notices on their way. */
  readonly calling = new Set<string>();
  isDown = false;
  /** Once healed it is an honest provider that answers everything at once. */
  isHealed = false;
  readonly #options: ProviderOptions;
  readonly #known = new Map<string, Known>();
  readonly #blinked = new Set<string>();

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.id = options.id;
  }

  /** The instruction has arrived. Undefined: it never answers. */
  submit(instruction: Instruction): { readonly evidence: Evidence | undefined; readonly afterMs: number } {
    const { random, fates, noted, settleMsMax } = this.#options;
    const { reference, amount } = instruction;
    if (this.#known.has(reference)) {
      // Executed again: nothing here is idempotent.
      this.#deliver(reference, amount);
      return this.#answer({ verdict: 'delivered' });
    }
    const fate = this.isHealed ? 'deliver' : random.weighted(fates as Record<Fate, number>);
    noted(fate, reference);
    if (fate === 'vanish') return { evidence: undefined, afterMs: 0 };
    const known: Known = { status: 'pending', code: CODES.noSuchNumber, amount, hiddenUntilMs: 0 };
    this.#known.set(reference, known);
    const soon = random.between(0, settleMsMax);
    switch (fate) {
      case 'deliver':
        this.#deliver(reference, amount);
        return this.#answer({ verdict: 'delivered' });
      case 'deliver_slowly':
        this.#later(soon, () => this.#deliver(reference, amount, 'quietly'));
        return { ...this.#answer({ verdict: 'delivered' }), afterMs: soon + 1 };
      case 'deliver_part':
        this.#deliver(reference, amount / 2n);
        return this.#answer({ verdict: 'delivered', deliveredAmount: amount / 2n });
      case 'deliver_silently':
        this.#later(soon, () => this.#deliver(reference, amount));
        return { evidence: undefined, afterMs: 0 };
      case 'deliver_then_reverse':
        this.#deliver(reference, amount);
        this.#later(random.between(1_000, 60_000), () => this.#reverse(reference));
        return this.#answer({ verdict: 'delivered' });
      case 'refuse':
        known.status = 'refused';
        return this.#answer({ verdict: 'refused', code: CODES.noSuchNumber });
      case 'refuse_for_now':
        known.status = 'refused';
        known.code = CODES.outage;
        return this.#answer({ verdict: 'refused', code: CODES.outage });
      case 'refuse_silently':
        this.#later(soon, () => this.#refuse(reference));
        return { evidence: undefined, afterMs: 0 };
      case 'pend_then_deliver':
        this.#later(random.between(500, 40_000), () => this.#deliver(reference, amount));
        return this.#answer({ verdict: 'pending', code: 'PENDING' });
      case 'pend_then_refuse':
        this.#later(random.between(500, 40_000), () => this.#refuse(reference));
        return this.#answer({ verdict: 'pending', code: 'PENDING' });
      case 'fail_and_deliver':
        known.hiddenUntilMs = this.#options.kernel.nowMs + soon;
        this.#later(soon, () => this.#deliver(reference, amount));
        return this.#answer({ verdict: 'unknown', code: 'HTTP_500' });
      case 'fail_and_refuse':
        this.#later(soon, () => this.#refuse(reference));
        return this.#answer({ verdict: 'unknown', code: 'HTTP_500' });
      case 'unexplained_and_deliver':
        this.#later(soon, () => this.#deliver(reference, amount));
        return this.#answer({ verdict: 'refused', code: CODES.unexplained });
      case 'unexplained_and_refuse':
        this.#later(soon, () => this.#refuse(reference));
        return this.#answer({ verdict: 'refused', code: CODES.unexplained });
      case 'lie_refused':
      case 'lie_refused_for_now': {
        this.lies.set(reference, 'refused');
        this.#later(soon, () => this.#deliver(reference, amount));
        const code = fate === 'lie_refused' ? CODES.noSuchNumber : CODES.outage;
        return this.#answer({ verdict: 'refused', code });
      }
      case 'lie_not_found':
        this.lies.set(reference, 'not_found');
        known.hiddenUntilMs = this.#options.kernel.nowMs + 120_000;
        this.#later(100_000, () => this.#deliver(reference, amount));
        return { evidence: undefined, afterMs: 0 };
    }
  }

  /** What it says when asked. Undefined: it does not answer. */
  query(reference: string): Omit<Evidence, 'source'> | undefined {
    if (this.isDown) return undefined;
    const known = this.#known.get(reference);
    const { kernel, random, blinks, blinksOnce } = this.#options;
    if (!known || known.hiddenUntilMs > kernel.nowMs) return { verdict: 'not_found' };
    if (!this.isHealed && random.chance(blinks) && !(blinksOnce && this.#blinked.has(reference))) {
      this.#blinked.add(reference);
      return { verdict: 'not_found' };
    }
    return this.#saying(known);
  }

  /** Everything that was on its way happens; what was said is said again, honestly. */
  heal(): void {
    this.isDown = false;
    this.isHealed = true;
  }

  deliveries(reference: string): number {
    return this.journal.filter((line) => line.reference === reference).length;
  }

  #saying({ status, code, amount }: Known): Omit<Evidence, 'source'> {
    switch (status) {
      case 'pending':
        return { verdict: 'pending', code: 'PENDING' };
      case 'refused':
        return { verdict: 'refused', code };
      case 'reversed':
        return { verdict: 'reversed' };
      case 'delivered':
        return { verdict: 'delivered', deliveredAmount: amount };
    }
  }

  #answer(said: Omit<Evidence, 'source'>): { readonly evidence: Evidence; readonly afterMs: number } {
    return { evidence: { source: 'submit', ...said }, afterMs: this.#options.random.between(1, 200) };
  }

  #deliver(reference: string, amount: bigint, quietly?: 'quietly'): void {
    const { kernel } = this.#options;
    const known = this.#known.get(reference) as Known; // known since it arrived
    known.status = 'delivered';
    known.amount = amount;
    this.journal.push({ reference, atMs: kernel.nowMs, amount, reversed: false });
    if (!quietly) this.#call(reference, 'delivered');
  }

  #refuse(reference: string): void {
    const known = this.#known.get(reference) as Known; // known since it arrived
    known.status = 'refused';
    this.#call(reference, 'refused');
  }

  #reverse(reference: string): void {
    const known = this.#known.get(reference) as Known; // known since it arrived
    known.status = 'reversed';
    for (const line of this.journal) if (line.reference === reference) line.reversed = true;
    this.#call(reference, 'reversed');
  }

  #later(inMs: number, happens: () => void): void {
    this.#options.kernel.after(inMs, `${this.id} acts`, happens);
  }

  /** Some callbacks come late, some twice, and each until it is taken. */
  #call(reference: string, what: 'delivered' | 'refused' | 'reversed'): void {
    const { random, kernel, callBack, noted, callsLate } = this.#options;
    const known = this.#known.get(reference) as Known; // known since it arrived
    const notice: Notice = {
      notice: `${reference} ${what}`,
      reference,
      evidence: { source: 'callback', ...this.#saying(known) },
    };
    this.calling.add(notice.notice);
    const say = () => {
      callBack(this.id, notice, () => this.calling.delete(notice.notice));
      kernel.after(CALL_AGAIN_MS, `${this.id} calls again`, () => {
        if (this.calling.has(notice.notice)) say();
      });
    };
    // What it has denied comes to light at once, or much later, like everything else.
    const isLate = random.chance(this.lies.has(reference) ? 0.3 : callsLate);
    if (isLate) noted('late_callback', reference);
    kernel.after(isLate ? random.between(20_000, 90_000) : random.between(5, 3_000), `${this.id} calls`, say);
    if (!random.chance(0.2)) return;
    noted('duplicate_callback', reference);
    kernel.after(random.between(5, 30_000), `${this.id} calls twice`, () =>
      callBack(this.id, notice, () => undefined),
    );
  }
}
