/**
 * Clients that number their orders and remember what was acknowledged. What got no answer is asked about again with
 * its reference, and so is some of what was acknowledged: a repeat must be the same order, and never a second one.
 */
import type { Random } from '../harness/random.ts';
import type { Fleet } from './fleet.ts';
import type { Slot } from './slot.ts';

export interface Load {
  /** Order id by reference. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Sent, and no success was told. */
  readonly unanswered: ReadonlySet<string>;
  readonly counts: Readonly<Counts>;
  /** What no client may see. */
  readonly violations: readonly string[];
  /** Asks again about a reference, whatever is known of it; the order as it stands. Undefined: no success. */
  repeat(reference: string): Promise<Placed | undefined>;
  /** From now on every new order is delivered at once, and only the answer to the send tells so. */
  plainOnly(): void;
  /** Resolves when every request has its answer or has none. */
  stop(): Promise<void>;
}

interface Counts {
  /** Answers without a success, and requests without an answer. */
  refused: number;
  unheard: number;
  /** Orders that were there already when they were asked for again. */
  replays: number;
  /** Of the clients that wait: orders that had ended by the answer, and those that had not. */
  waitedToTheEnd: number;
  waitedInVain: number;
}

export interface Placed {
  readonly id: string;
  readonly status: string;
}

const CLIENTS = 16;
/** Between two requests of one client: with all of them some 60 orders a second. */
const PAUSE_MS_MAX = 500;
const AFTER_REFUSAL_MS = 100;
/** Longer than the longest wait for an outcome. */
const REQUEST_MS_MAX = 15_000;
const WAIT_SECONDS = 8;
/** One request in so many waits for its outcome; one in so many repeats an older one. */
const WAITS_EVERY = 6;
const REPEATS_EVERY = 5;
/** The last digits of recipients: see docs/sandbox.md. */
const SUFFIXES = [
  ['7111', '7112', '7113', '7114', '7115', '7116', '7117', '7118'],
  ['9000', '9001', '9003', '9005', '9006', '9007', '9007', '9008'],
  ['9009', '9010', '9011', '9012', '9013', '9015'],
].flat();
const PLAIN_SUFFIX = '7111';
const ENDED: readonly string[] = ['delivered', 'failed', 'cancelled'];

export function hasEnded({ status }: Placed): boolean {
  return ENDED.includes(status);
}

export function startLoad({ slots, apiKey }: Fleet, random: Random): Load {
  const acknowledged = new Map<string, string>();
  const unanswered = new Set<string>();
  const violations: string[] = [];
  const counts = { refused: 0, unheard: 0, replays: 0, waitedToTheEnd: 0, waitedInVain: 0 };
  let number = 0;
  let kind: 'order' | 'plain' = 'order';
  const ending = new AbortController();

  const send = async (slot: Slot, reference: string, waitSeconds: number | undefined) => {
    const answer = await post(`${slot.url}/v1/orders`, {
      reference,
      apiKey,
      headers: waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` },
    });
    if (!answer) return void (counts.unheard += 1);
    const { status, body } = answer;
    if (status !== 200 && status !== 201) {
      counts.refused += 1;
      // Refused for now is all that a crash may show.
      if (status !== 503)
        violations.push(`${reference} was answered with ${status}: ${JSON.stringify(body)}`);
      return undefined;
    }
    const known = acknowledged.get(reference);
    if (known !== undefined && known !== body.id)
      violations.push(`${reference} was acknowledged as ${known} and is now ${body.id}`);
    if (status === 200) counts.replays += 1;
    acknowledged.set(reference, body.id);
    unanswered.delete(reference);
    return body;
  };
  const next = (): string => {
    if (random.chance(1 / REPEATS_EVERY)) {
      const older = oneOf(random.chance(1 / 2) ? unanswered : acknowledged.keys(), random);
      if (older !== undefined) return older;
    }
    number += 1;
    const reference = `${kind}-${number}`;
    unanswered.add(reference);
    return reference;
  };
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!ending.signal.aborted) {
      const open = slots.filter((slot) => slot.role !== 'worker' && slot.isReady());
      const waitSeconds = random.chance(1 / WAITS_EVERY) ? WAIT_SECONDS : undefined;
      const placed = open.length === 0 ? undefined : await send(random.pick(open), next(), waitSeconds);
      if (placed && waitSeconds !== undefined)
        counts[hasEnded(placed) ? 'waitedToTheEnd' : 'waitedInVain'] += 1;
      await pause(placed ? random.between(0, PAUSE_MS_MAX) : AFTER_REFUSAL_MS);
    }
  });

  return {
    acknowledged,
    unanswered,
    counts,
    violations,
    repeat: async (reference) => {
      const open = slots.filter((slot) => slot.role !== 'worker' && slot.isReady());
      return open[0] && send(open[0], reference, 0);
    },
    plainOnly: () => {
      kind = 'plain';
    },
    stop: async () => {
      ending.abort();
      await Promise.all(clients);
    },
  };
}

/** Looks among the first so many: the oldest are the likeliest to be wrong, and none is looked at for ever. */
const LOOKED_AT = 500;

function oneOf(items: Iterable<string>, random: Random): string | undefined {
  const [...some] = Iterator.from(items).take(LOOKED_AT);
  return some.length === 0 ? undefined : random.pick(some);
}

/** The same order for the same reference: its name chooses the recipient. */
function bodyOf(reference: string): object {
  const [kind, number] = reference.split('-');
  const suffix = kind === 'plain' ? PLAIN_SUFFIX : SUFFIXES[Number(number) % SUFFIXES.length];
  return {
    reference,
    product: 173,
    recipient: { phone: `+5093637${suffix}` },
    amount: { value: '1.00', currency: 'USD' },
    deadline_seconds: 30,
  };
}

interface Sending {
  readonly reference: string;
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined: no answer. The order may be there or not. */
async function post(
  url: string,
  { reference, apiKey, headers }: Sending,
): Promise<{ readonly status: number; readonly body: Placed } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(bodyOf(reference)),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    return { status: response.status, body: (await response.json()) as Placed };
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
