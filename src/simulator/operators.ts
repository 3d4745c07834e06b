/**
 * The pretend operators: takes top-ups, carries out their plans, sends their callbacks, and can be rebuilt from
 * the journal at any moment. Order of every action: the journal first, then the memory, then the outside.
 */
import { assert } from '../core/assert.ts';
import type { Clock } from '../core/time.ts';
import { lastDigits, type NoticeBody } from '../protocols/sandbox/wire.ts';
import type { Agenda } from './agenda.ts';
import type { Journal } from './journal.ts';
import type { JournalDraft, JournalEntry } from './journal-entry.ts';
import { choosePlan, scenarioOf } from './scenarios.ts';
import {
  applyEntry,
  isSameWish,
  keyOf,
  nextCallback,
  nextStep,
  noticeOf,
  notifiedLine,
  orderOf,
  startTopup,
  stepLine,
  submittedLine,
  type Topup,
  type Wish,
} from './topup.ts';

/** First pause before a callback is repeated; it doubles up to the longest. */
const CALLBACK_PAUSE_MS = 1_000;
const CALLBACK_PAUSE_MS_MAX = 60_000;

export type Submission =
  /** New: its plan decides whether and how it is answered. */
  | { readonly kind: 'taken'; readonly topup: Topup }
  /** The same content was submitted before: nothing was done again. */
  | { readonly kind: 'repeated'; readonly topup: Topup }
  | { readonly kind: 'conflict' };

/** Posts a callback; whether it was acknowledged with a 2xx. Undefined when the provider has no callback URL. */
export type PostCallback = (provider: string, body: NoticeBody) => Promise<boolean> | undefined;

export class Operators {
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #postCallback: PostCallback;
  #journal: Journal | undefined;
  readonly #topups = new Map<string, Topup>();
  /** Refusals as out of service so far, by order. */
  readonly #outOfService = new Map<string, number>();
  /** Submissions whose connection waits for a step. */
  readonly #held = new Map<Topup, () => void>();

  constructor(options: { clock: Clock; agenda: Agenda; postCallback: PostCallback }) {
    this.#clock = options.clock;
    this.#agenda = options.agenda;
    this.#postCallback = options.postCallback;
  }

  /** One line of the journal at start, in order. */
  replay(entry: JournalEntry): void {
    const topup = this.#topups.get(keyOf(entry));
    if (entry.event !== 'submitted') {
      assert(topup, `journal entry ${entry.seq} is of a top-up that was never submitted`);
      applyEntry(topup, entry.event);
      return;
    }
    assert(entry.plan && !topup, `journal entry ${entry.seq} is submitted twice or has no plan`);
    const { provider, reference, number, product, amount, currency } = entry;
    const wish = { provider, reference, number, product, amount, currency };
    this.#remember(startTopup(wish, entry.plan, Date.parse(entry.at)));
  }

  /** Takes up every plan where the journal left it. */
  resume(journal: Journal): void {
    this.#journal = journal;
    for (const topup of this.#topups.values()) this.#goOn(topup);
  }

  find(key: Pick<Topup, 'provider' | 'reference'>): Topup | undefined {
    return this.#topups.get(keyOf(key));
  }

  /** Resolves when the submission and what follows from it at once are in the journal. */
  async submit(wish: Wish): Promise<Submission> {
    const known = this.find(wish);
    if (known) {
      if (!isSameWish(known, wish)) return { kind: 'conflict' };
      await this.recorded();
      return { kind: 'repeated', topup: known };
    }
    const refusedBefore = this.#outOfService.get(orderOf(wish.reference)) ?? 0;
    const plan = choosePlan(lastDigits(wish.number), refusedBefore);
    const topup = startTopup(wish, plan, this.#clock.now());
    this.#remember(topup);

    const atOnce = scenarioOf(plan).steps.filter((step) => step.afterMs === 0);
    await this.#write(submittedLine(topup), ...atOnce.map((step) => stepLine(topup, step)));
    for (const step of atOnce) applyEntry(topup, step.event);
    this.#goOn(topup);
    await this.#answerIsDue(topup);
    return { kind: 'taken', topup };
  }

  /** Everything that was submitted so far is in the journal: only then may it be spoken of. */
  async recorded(): Promise<void> {
    await this.#journal?.flushed();
  }

  #remember(topup: Topup): void {
    this.#topups.set(keyOf(topup), topup);
    if (topup.plan !== 'out_of_service') return;
    const order = orderOf(topup.reference);
    this.#outOfService.set(order, (this.#outOfService.get(order) ?? 0) + 1);
  }

  /** Puts the next thing that this top-up's plan wants on the agenda. */
  #goOn(topup: Topup): void {
    const step = nextStep(topup);
    if (step) this.#agenda.at(topup.submittedAtMs + step.afterMs, () => this.#takeStep(topup));
    else if (nextCallback(topup)) this.#agenda.at(this.#clock.now(), () => this.#sendCallback(topup, 0));
  }

  async #takeStep(topup: Topup): Promise<void> {
    const step = nextStep(topup);
    assert(step, 'a step was on the agenda');
    await this.#write(stepLine(topup, step));
    applyEntry(topup, step.event);
    this.#held.get(topup)?.();
    this.#goOn(topup);
  }

  async #sendCallback(topup: Topup, failures: number): Promise<void> {
    const callback = nextCallback(topup);
    assert(callback, 'a callback was on the agenda');
    const notice = noticeOf(topup, callback);
    const posting = this.#postCallback(topup.provider, notice);
    if (!posting) return; // nobody to tell; a later start with a callback URL tells it
    if (!(await posting)) {
      const pauseMs = Math.min(CALLBACK_PAUSE_MS * 2 ** failures, CALLBACK_PAUSE_MS_MAX);
      this.#agenda.at(this.#clock.now() + pauseMs, () => this.#sendCallback(topup, failures + 1));
      return;
    }
    await this.#write(notifiedLine(topup, notice.notice));
    applyEntry(topup, 'notified');
    this.#goOn(topup);
  }

  #answerIsDue(topup: Topup): Promise<void> | undefined {
    if (topup.stepsDone >= scenarioOf(topup.plan).answeredAfterSteps) return undefined;
    return new Promise((resolve) => {
      this.#held.set(topup, () => {
        this.#held.delete(topup);
        resolve();
      });
    });
  }

  #write(...lines: readonly JournalDraft[]): Promise<void> {
    assert(this.#journal, 'the journal was replayed before anything is written');
    return this.#journal.append(...lines);
  }
}
