/** `toprail verify`: every invariant that the data can show, on the running installation. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Check, verifyBooks } from '../verify/verify.ts';
import { onRun } from './command.ts';
import { openInstallation } from './connect.ts';
import { CommandFault } from './fault.ts';

export function verifyCommands(program: Command): void {
  const command = program
    .command('verify')
    .description("check every invariant: books, orders, attempts, events, and the pretend operators' journal")
    .option('--json', 'print one JSON document and nothing else')
    .option('--full', 'look at everything, which is the default')
    .addOption(
      new Option('--incremental', 'look at what is new or was alive since the last clean run').conflicts(
        'full',
      ),
    )
    .option('--settle-seconds <n>', 'leave journal lines younger than this for the next run', '60');
  onRun<{ settleSeconds: string; incremental?: true }>(command, async ({ options, config, onProgress }) => {
    const settleSeconds = Number(options.settleSeconds);
    if (!Number.isInteger(settleSeconds) || settleSeconds < 0) {
      throw new CommandFault('--settle-seconds must be a whole number of seconds');
    }
    const installation = await openInstallation(config, onProgress);
    try {
      const journal = join(config.dataDir, 'simulator', 'journal.ndjson');
      const report = await verifyBooks({
        databaseUrl: installation.appUrl,
        journalPath: existsSync(journal) ? journal : undefined,
        settleMs: settleSeconds * 1000,
        form: options.incremental ? 'incremental' : 'full',
        mark: 'move',
      });
      const { ok, form, since, checks } = report;
      return {
        json: { ok, form, since: since ? { at: since.at, event: Number(since.event) } : null, checks },
        lines: [
          ...checks.map(describe),
          since ? `what is new since ${since.at.toISOString()}, event ${since.event}` : 'everything',
          ok ? 'all hold' : 'some are broken',
        ],
        outcome: ok ? 'ok' : 'failed',
      };
    } finally {
      await installation.close();
    }
  });
}

function describe({ name, rule, violations, sample, skipped }: Check): string {
  const verdict = skipped ? 'skipped' : violations === 0 ? 'holds' : `BROKEN ${violations} times`;
  return `${verdict.padEnd(8)} ${name.padEnd(16)} ${rule}${sample.length > 0 ? `: ${sample.join(', ')}` : ''}`;
}
