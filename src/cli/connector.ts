/** `toprail connector prove`: whether a provider does what its capability record claims, before it is trusted with it. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Currency } from '../core/currency.ts';
import { openWire } from '../platform/cuttable-wire.ts';
import { readSandboxConfig } from '../protocols/sandbox/connector/config.ts';
import { createSandboxConnector } from '../protocols/sandbox/connector/sandbox-connector.ts';
import { type Conformance, runConformance } from '../routing/conformance.ts';
import { proveIdempotentSubmit } from '../routing/settings.ts';
import { loadRouting } from '../routing/store.ts';
import { addCommand, onSettings, table } from './command.ts';
import { CommandFault } from './fault.ts';
import { amountIn, currencyArgument, nameArgument } from './values.ts';

interface ProveOptions {
  readonly recipient: string;
  readonly sku: string;
  readonly amount: string;
  readonly currency: Currency;
  readonly by: string;
  readonly journal?: string;
  readonly dryRun?: true;
}

export function connectorCommands(program: Command): void {
  const group = program.command('connector').description('how a provider is spoken with');
  const prove = addCommand(
    group,
    'prove <provider>',
    'tops up a test recipient twice under one reference, the first answer lost, and counts the deliveries',
  )
    .requiredOption('--recipient <number>', 'a number of yours that is really topped up, in E.164')
    .requiredOption('--sku <sku>', 'what is bought, as the provider calls it: airtime:173')
    .requiredOption('--amount <amount>', 'the least that it sells')
    .requiredOption('--currency <code>', "the operator's currency", currencyArgument)
    .requiredOption('--by <name>', 'who is responsible for it', nameArgument)
    .option(
      '--journal <url>',
      "the provider's own record of deliveries as JSON lines (pretend operators: their /journal)",
    )
    .option('--dry-run', 'marks nothing as proven');
  onSettings<ProveOptions>(prove, async ({ database, vault, clock }, { options, args, onProgress }) => {
    const [id = ''] = args;
    const provider = (await loadRouting(database, vault)).providers.find((one) => one.id === id);
    if (!provider?.settings)
      throw new CommandFault(`there is no provider "${id}", or its settings cannot be opened`);
    const config = readSandboxConfig(provider.settings);
    const url = new URL(config.url);
    if (url.protocol !== 'http:')
      throw new CommandFault(
        'the wire can be cut for http:// only: prove it against a test system, or a tunnel',
      );
    const wire = await openWire({ host: url.hostname, port: Number(url.port || '80') });
    const through = new URL(url);
    through.host = `127.0.0.1:${wire.port}`;
    const settings = { ...provider.settings, config: { ...config, url: through.href } };
    const connector = createSandboxConnector({ settings, clock, capability: provider.capability });
    try {
      const conformance = await runConformance({
        connector,
        wire,
        clock,
        instruction: {
          sku: options.sku,
          recipient: { kind: 'phone', value: options.recipient },
          amount: amountIn(options.currency, options.amount),
          currency: options.currency.code,
          exponent: options.currency.exponent,
        },
        reference: () => `proof-${randomUUID()}`,
        deliveries: (reference) => countDeliveries(options.journal ?? `${url.origin}/journal`, id, reference),
        say: onProgress,
      });
      const isMarked =
        conformance.provesIdempotentSubmit &&
        !options.dryRun &&
        (await proveIdempotentSubmit(database, id, options.by));
      return answerOf(id, conformance, isMarked);
    } finally {
      await connector.close();
      await wire.close();
    }
  });
}

/** Undefined where there is no such record, or it cannot be read. */
async function countDeliveries(
  url: string,
  provider: string,
  reference: string,
): Promise<number | undefined> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok || !response.headers.get('content-type')?.includes('ndjson')) return undefined;
  const lines = (await response.text()).split('\n').filter((line) => line.includes(reference));
  return lines
    .map((line) => JSON.parse(line) as { provider?: string; reference?: string; event?: string })
    .filter((line) => line.provider === provider && line.reference === reference)
    .filter(({ event }) => event === 'delivered').length;
}

function answerOf(
  provider: string,
  { reference, findings, provesIdempotentSubmit }: Conformance,
  isMarked: boolean,
) {
  const rows = findings.map(({ capability, claimed, seen, holds }) => [
    capability,
    claimed,
    seen,
    holds ? 'holds' : 'DOES NOT HOLD',
  ]);
  const verdict = isMarked
    ? `${provider}: idempotent submit is proven`
    : provesIdempotentSubmit
      ? `${provider}: shown, and nothing was marked`
      : `${provider}: nothing was proven`;
  return {
    json: { provider, reference, findings, proven: provesIdempotentSubmit, marked: isMarked },
    lines: [...table(['capability', 'claimed', 'seen', ''], rows), verdict],
    ...(provesIdempotentSubmit ? {} : { outcome: 'failed' as const }),
  };
}
