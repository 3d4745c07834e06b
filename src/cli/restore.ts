/** `toprail restore-epoch` and `toprail allow-sending`: what to do after a restore from a backup. */
import type { Command } from 'commander';
import { findGap, type Gap } from '../reconciliation/gap.ts';
import { allowSending, restoreEpoch } from '../routing/epoch.ts';
import { addCommand, onSettings } from './command.ts';

export function restoreCommands(program: Command): void {
  onSettings(
    addCommand(
      program,
      'restore-epoch',
      'after a restore: raises the epoch, verifies what was open, blocks sending',
    ),
    async ({ database }) => {
      const { epoch, orders } = await restoreEpoch(database);
      return {
        json: { epoch, orders_verified: orders, sending: 'blocked' },
        lines: [
          `epoch ${epoch}: ${orders} open orders are verified, and nothing is sent`,
          'import the statements of your providers (toprail statement import), then: toprail allow-sending',
        ],
      };
    },
  );
  const allow = addCommand(
    program,
    'allow-sending',
    'lets orders leave again, once the books were compared with the providers',
  ).option('--force', 'although something is open');
  onSettings<{ force?: true }>(allow, async ({ database }, { options: { force } }) => {
    const gap = await findGap(database);
    const open = gap.isBlocked ? describeGap(gap) : [];
    if (open.length > 0 && !force) {
      return {
        json: { sending: 'blocked', changed: false, open: printed(gap) },
        lines: [...open, 'orders are not sent: close the gap, or say --force'],
        outcome: 'failed',
      };
    }
    const allowed = await allowSending(database);
    return {
      json: { sending: 'allowed', changed: allowed, open: printed(gap) },
      lines: [...open, allowed ? 'orders are sent again' : 'nothing was blocked'],
    };
  });
}

function printed({ attemptsOpen, breaksOpen, providersUnread }: Gap) {
  return { attempts: attemptsOpen, breaks: breaksOpen, providers_without_statement: providersUnread };
}

function describeGap({ attemptsOpen, breaksOpen, providersUnread }: Gap): string[] {
  return [
    ...providersUnread.map((provider) => `${provider}: no statement was imported since the restore`),
    ...(attemptsOpen > 0 ? [`${attemptsOpen} attempts from before the restore have no known end`] : []),
    ...(breaksOpen > 0 ? [`${breaksOpen} breaks are open: toprail statement breaks`] : []),
  ];
}
