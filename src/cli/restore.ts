/** `toprail restore-epoch` and `toprail allow-sending`: what to do after a restore from a backup. */
import type { Command } from 'commander';
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
          'compare with the statements of your providers, then: toprail allow-sending',
        ],
      };
    },
  );
  onSettings(
    addCommand(
      program,
      'allow-sending',
      'lets orders leave again, once the books were compared with the providers',
    ),
    async ({ database }) => {
      const allowed = await allowSending(database);
      return {
        json: { sending: 'allowed', changed: allowed },
        lines: [allowed ? 'orders are sent again' : 'nothing was blocked'],
      };
    },
  );
}
