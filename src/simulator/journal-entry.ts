/**
 * One line of the journal: the independent witness of what the pretend operators did. Readers ask it "was this
 * delivered once?", so `delivered` lines are the deliveries, whatever was answered to whom.
 */
import { isPlanName, type PlanName } from './scenarios.ts';

const EVENTS = ['submitted', 'delivered', 'refused', 'reversed', 'notified'] as const;
type JournalEvent = (typeof EVENTS)[number];

export interface JournalEntry {
  /** 1, 2, 3 ... without gaps. */
  readonly seq: number;
  /** RFC 3339 UTC, by the simulator's clock. */
  readonly at: string;
  readonly provider: string;
  readonly reference: string;
  readonly event: JournalEvent;
  /** The recipient: a number with the plus, or an e-mail address. */
  readonly number: string;
  readonly product: string;
  /** What this event is about: asked for, delivered, refused or taken back. */
  readonly amount: string;
  readonly currency: string;
  /** On `submitted`: what the operator is going to do. */
  readonly plan?: PlanName;
  /** On `notified`: the callback that was acknowledged. */
  readonly notice?: string;
}

/** An entry before the journal gives it a number and a time. */
export type JournalDraft = Omit<JournalEntry, 'seq' | 'at'>;

/** Reads one line of a journal; undefined when it is none of ours. */
export function readJournalEntry(line: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isJournalEntry(value) ? value : undefined;
}

function isJournalEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Readonly<Record<string, unknown>>; // an object: its members are looked at below
  const texts = [entry['at'], entry['provider'], entry['reference'], entry['number'], entry['product']];
  return (
    Number.isSafeInteger(entry['seq']) &&
    [...texts, entry['amount'], entry['currency']].every((text) => typeof text === 'string') &&
    EVENTS.some((event) => event === entry['event']) &&
    (entry['event'] !== 'submitted' || isPlanName(entry['plan']))
  );
}
