/** `toprail client callback|callbacks`: where a client of A1Topup hears how its recharges end, and what it did not. */
import { type Command, InvalidArgumentError } from 'commander';
import { formatId } from '../core/ids.ts';
import { targetProblem } from '../platform/safe-fetch.ts';
import { listUntoldCallbacks, setCallbackAddress } from '../protocols/a1topup/callbacks/store.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { CommandFault } from './fault.ts';

/** Browsers and proxies take this much. */
const ADDRESS_CHARS_MAX = 2_000;
const LISTED_MAX = 1_000;

interface CallbackOptions {
  readonly url?: string;
  readonly none?: true;
}

export function clientCallbackCommands(group: Command): void {
  const callback = addCommand(group, 'callback', 'sets where A1Topup tells a client how its recharges end')
    .argument('<id>', 'the client')
    .option(
      '--url <address>',
      'https, out on the internet; it may have parameters of its own',
      addressArgument,
    )
    .option('--none', 'it is not told any more');
  onDatabase<CallbackOptions>(callback, async (session, { options: { url, none }, args }) => {
    if ((url === undefined) !== (none === true)) throw new CommandFault('give either --url or --none');
    const [id = ''] = args;
    if (!(await setCallbackAddress(session, id, url)))
      throw new CommandFault(`there is no client "${id}", or it was revoked`);
    return {
      json: { id, callback: url !== undefined },
      lines: [url === undefined ? `${id} is told nothing` : `${id} is told how its recharges end`],
    };
  });

  const untold = addCommand(group, 'callbacks', 'shows what a client has not been told').argument(
    '<id>',
    'the client',
  );
  onDatabase(untold, async ({ database }, { args: [id = ''] }) => {
    const rows = (await listUntoldCallbacks(database, id, LISTED_MAX)).map((it) => ({
      order: formatId('order', it.orderId),
      outcome: it.outcome,
      state: it.state,
      tries: it.tries,
      last_failure: it.lastFailure,
      next_try_at: it.nextTryAt?.toISOString() ?? null,
      created_at: it.createdAt.toISOString(),
    }));
    const head = ['order', 'outcome', 'state', 'tries', 'last failure', 'next try'];
    const cells = rows.map((it) => [
      it.order,
      it.outcome,
      it.state,
      `${it.tries}`,
      it.last_failure ?? '',
      it.next_try_at ?? '',
    ]);
    return { json: { data: rows }, lines: table(head, cells) };
  });
}

/** `http://127.0.0.1` is taken too: whether it is told there is up to the server. */
function addressArgument(text: string): string {
  const problem = text.length > ADDRESS_CHARS_MAX ? 'TARGET_TOO_LONG' : targetProblem(text, 'localhost');
  if (problem !== undefined)
    throw new InvalidArgumentError(`It is an https address out on the internet (${problem}).`);
  return text;
}
