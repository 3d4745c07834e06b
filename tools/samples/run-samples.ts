/** Sends the samples of one dialect, one after the other: later ones use what earlier ones were answered. */
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type CurlRequest, send } from './curl.ts';
import { complaints, fill, hasFields, lookUp, type Received, type Sample, type Values } from './sample.ts';

const POLL_EVERY_MS = 250;
const POLL_MS_MAX = 20_000;
/** Shown by their names, as the documents show them. */
const SECRETS = ['clientSecret', 'basic', 'apiKey', 'shortApiKey', 'token', 'webhookSecret'];

export interface Credentials {
  readonly client: { readonly id: string; readonly secret: string };
  readonly apiKey: string;
}

export interface Outcome {
  readonly sample: Sample;
  /** As it was sent, with the names of secrets in their places. Undefined when it could not be sent. */
  readonly shown: CurlRequest | undefined;
  readonly received: Received | undefined;
  /** How often it was sent. */
  readonly asked: number;
  /** Empty when the answer is as it should be. */
  readonly wrong: readonly string[];
}

/** What every run knows before it begins. */
export function valuesOf({ client, apiKey }: Credentials): Values {
  return {
    clientId: client.id,
    clientSecret: client.secret,
    basic: Buffer.from(`${client.id}:${client.secret}`).toString('base64'),
    apiKey,
    ...signedWebhook(),
  };
}

/** A webhook as a client receives it now, signed as Standard Webhooks has it. */
function signedWebhook(): Values {
  const key = randomBytes(32);
  const webhookId = `msg_${randomBytes(8).toString('hex')}`;
  const webhookTimestamp = `${Math.floor(Date.now() / 1000)}`;
  const webhookPayload = '{"type":"recharge.completed","data":{"transaction_id":"TX1234567890"}}';
  const signed = createHmac('sha256', key).update(`${webhookId}.${webhookTimestamp}.${webhookPayload}`);
  return {
    webhookId,
    webhookTimestamp,
    webhookPayload,
    webhookSignature: `v1,${signed.digest('base64')}`,
    webhookSecret: `whsec_${key.toString('base64')}`,
  };
}

/** Throws a CurlFault when the switch does not answer at all. */
export async function* runSamples(
  url: string,
  samples: readonly Sample[],
  given: Values,
): AsyncGenerator<Outcome> {
  const remembered: Record<string, string> = {};
  for (const template of samples) {
    const values = { ...given, ...remembered, reference: randomBytes(6).toString('hex') };
    const outcome = await runSample(url, template, values);
    for (const [name, path] of Object.entries(template.remember ?? {})) {
      const found = lookUp(outcome.received?.body, path);
      if (typeof found === 'string' || typeof found === 'number') remembered[name] = `${found}`;
    }
    yield outcome;
  }
}

async function runSample(url: string, template: Sample, values: Values): Promise<Outcome> {
  const filled = tryFill(template, values);
  if (typeof filled === 'string')
    return { sample: template, shown: undefined, received: undefined, asked: 0, wrong: [filled] };
  const hidden = SECRETS.filter((name) => name in values).map((name) => [name, `{{${name}}}`]);
  const shown = requestOf(url, fill(template, { ...values, ...Object.fromEntries(hidden) }));
  const request = requestOf(url, filled);
  const endsAt = Date.now() + POLL_MS_MAX;
  for (let asked = 1; ; asked++) {
    const received = await send(request);
    const isOver = filled.pollWhile === undefined || !hasFields(filled.pollWhile, received.body);
    if (isOver || Date.now() > endsAt)
      return { sample: filled, shown, received, asked, wrong: complaints(filled, received) };
    await wait(POLL_EVERY_MS);
  }
}

/** The filled sample, or why it cannot be sent: what an earlier answer should have had is not there. */
function tryFill(template: Sample, values: Values): Sample | string {
  try {
    return fill(template, values);
  } catch (error) {
    return `not sent: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function requestOf(url: string, { method, path, headers, body }: Sample): CurlRequest {
  return { method, url: url + path, headers, ...(body === undefined ? {} : { body }) };
}
