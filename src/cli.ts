/** `npm run toprail -- <command>`: what a person who runs the switch sets and asks by command (docs/commands.md). */
import { Command, CommanderError } from 'commander';
import { accountCommands } from './cli/account.ts';
import { catalogueCommands } from './cli/catalogue.ts';
import { clientCommands } from './cli/client.ts';
import { connectorCommands } from './cli/connector.ts';
import { databaseCommands } from './cli/database.ts';
import { disputeCommands } from './cli/dispute.ts';
import { explain } from './cli/explain.ts';
import { partitionCommands } from './cli/partitions.ts';
import { priceCommands } from './cli/price.ts';
import { providerCommands } from './cli/provider.ts';
import { rateCommands } from './cli/rate.ts';
import { restoreCommands } from './cli/restore.ts';
import { reviewCommands } from './cli/review.ts';
import { routeCommands } from './cli/route.ts';
import { settlementCommands } from './cli/settlement.ts';
import { statementCommands } from './cli/statement.ts';
import { verifyCommands } from './cli/verify.ts';
import { walletCommands } from './cli/wallet.ts';

/** Each adds its own commands to the program. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  accountCommands,
  clientCommands,
  walletCommands,
  settlementCommands,
  disputeCommands,
  reviewCommands,
  statementCommands,
  restoreCommands,
  providerCommands,
  connectorCommands,
  routeCommands,
  priceCommands,
  rateCommands,
  catalogueCommands,
  databaseCommands,
  partitionCommands,
  verifyCommands,
];

const program = new Command('toprail')
  .description('Sets up and inspects a Toprail installation.')
  .exitOverride()
  .enablePositionalOptions() // an option after a command's name is that command's
  .showSuggestionAfterError(false);
for (const add of COMMANDS) add(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said already what was wrong with the line; 0 is a wish for help.
  if (!(error instanceof CommanderError)) process.stderr.write(`toprail: ${explain(error)}\n`);
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
}
