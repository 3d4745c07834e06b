/**
 * What is on sale, as it was written a moment ago for the same caller. It is made of the market, which is replaced whole
 * when anything changes; within one only a rule or a rate whose time has come makes a difference, so a second is short
 * enough. Writing a page of operators anew costs most of a millisecond.
 */
import type { Clock } from '../../../core/time.ts';
import { Recent } from '../../../identity/recent.ts';
import type { Market } from '../../../orders/market.ts';
import type { Call } from './call.ts';
import { writeJson } from './write-json.ts';

const KEEP_MS = 1_000;
/** Together they stay below 32 MB; what is longer is written for each who asks. */
const KEPT_MAX = 128;
const CHARACTERS_MAX = 256 * 1024;

export class Listings {
  readonly #written: Recent<string>;
  #market: Market | undefined;

  constructor(clock: Clock) {
    this.#written = new Recent({ clock, keepMs: KEEP_MS, entriesMax: KEPT_MAX });
  }

  /** The answer's JSON. `path`: with its query. */
  async answer(call: Call, path: string, list: (call: Call) => unknown): Promise<string> {
    if (call.market !== this.#market) {
      this.#market = call.market;
      this.#written.clear();
    }
    const key = [call.caller.accountId, call.language, call.baseUrl, path].join(' ');
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const text = writeJson(await list(call));
    if (text.length <= CHARACTERS_MAX && call.market === this.#market) this.#written.set(key, text);
    return text;
  }
}
