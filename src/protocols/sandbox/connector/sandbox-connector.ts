/**
 * The connector to the pretend operators: an ordinary connector, and the example of how to write one
 * (docs/CONNECTORS.md). It speaks the protocol of `wire.ts` and returns evidence; it decides nothing.
 */
import { formatAmount } from '../../../core/money.ts';
import { type Clock, later, momentOf } from '../../../core/time.ts';
import { createHttpClient } from '../../../platform/http-client.ts';
import type {
  Capability,
  Connector,
  Instruction,
  Notice,
  ProviderSettings,
  Recipient,
} from '../../../routing/connector.ts';
import { isSignedBy, readNoticeBody, type TopupRequest } from '../wire.ts';
import { SANDBOX_CAPABILITY } from './capability.ts';
import { baseUrlFor, readSandboxConfig } from './config.ts';
import { hashOf, readAnswer, readOutcome } from './read-answer.ts';

const CONNECT_MS = 2_000;
/** Above the 2 s of the slowest operator that still answers by itself. */
const RESPONSE_MS = 10_000;
/** How long a status query may wait for a free connection. */
const QUERY_DEADLINE_MS = 5_000;
const JSON_HEADERS = { 'content-type': 'application/json' };

/** Throws an error that names the field when the provider's configuration is wrong. */
export function createSandboxConnector(options: {
  readonly settings: ProviderSettings;
  readonly clock: Clock;
  readonly capability?: Capability;
}): Connector {
  const { settings, clock, capability = SANDBOX_CAPABILITY } = options;
  const config = readSandboxConfig(settings);
  const http = createHttpClient({
    clock,
    connectionsMax: capability.maxInflight,
    connectTimeoutMs: CONNECT_MS,
    responseTimeoutMs: RESPONSE_MS,
  });
  return {
    provider: settings.id,
    capability,

    async submit(instruction, deadline) {
      const { reference, exponent, recipient } = instruction;
      const url = `${baseUrlFor(config, recipient)}/topups`;
      const body = JSON.stringify(requestOf(instruction));
      const outcome = await http.send({ method: 'POST', url, headers: JSON_HEADERS, body }, deadline);
      if (outcome.kind === 'answered') {
        return readAnswer({ source: 'submit', reference, capability, exponent }, outcome);
      }
      return { source: 'submit', verdict: outcome.kind, code: outcome.code };
    },

    async query(reference) {
      const url = `${config.url.replace(/\/$/, '')}/topups/${encodeURIComponent(reference)}`;
      const outcome = await http.send({ method: 'GET', url }, later(momentOf(clock), QUERY_DEADLINE_MS));
      if (outcome.kind === 'answered') return readAnswer({ source: 'query', reference, capability }, outcome);
      // A question that was not sent says nothing about the top-up: never `unsent` here.
      return { source: 'query', verdict: 'unknown', code: outcome.code };
    },

    readNotice({ headers, body }): Notice | undefined {
      const nowMs = clock.now();
      if (!isSignedBy({ secret: config.callbackSecret, headers, body, nowMs })) return undefined;
      const read = readNoticeBody(body.toString('utf8'));
      if (!read) return undefined;
      const { notice, ...outcome } = read;
      const { reference } = outcome;
      const evidence = readOutcome({ source: 'callback', reference, capability }, outcome);
      return { notice, reference, evidence: { ...evidence, rawHash: hashOf(body) } };
    },

    close: () => http.close(),
  };
}

/** Where each kind of recipient stands in a request. */
const MEMBER = {
  phone: 'number',
  email: 'email',
  player: 'player',
  account: 'account',
} as const satisfies Record<Recipient['kind'], keyof TopupRequest>;

function requestOf({ reference, sku, recipient, amount, currency, exponent }: Instruction): TopupRequest {
  const to = { [MEMBER[recipient.kind]]: recipient.value };
  return { reference, sku, ...to, amount: formatAmount(amount, exponent), currency };
}
