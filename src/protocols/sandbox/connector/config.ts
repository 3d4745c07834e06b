/** A sandbox provider's configuration, and where a recipient's top-up is sent by it. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ProviderSettings, Recipient } from '../../../routing/connector.ts';
import { lastDigits } from '../wire.ts';

const strict = { additionalProperties: false };
const Url = Type.String({ pattern: '^https?://' });
const SandboxConfig = Type.Object(
  {
    /** Base of the provider at the simulator: `http://127.0.0.1:8081/p/<provider>`. */
    url: Url,
    /** What callbacks are signed with. */
    callbackSecret: Type.String({ minLength: 16 }),
    /** Recipients that end so are sent to another base: 9004 to a closed port. */
    addresses: Type.Optional(
      Type.Array(Type.Object({ endsWith: Type.String({ pattern: '^[0-9]{4}$' }), url: Url }, strict)),
    ),
  },
  strict,
);
export type SandboxConfig = Static<typeof SandboxConfig>;

const sandboxConfig = Compile(SandboxConfig);

/** Throws an error that names the provider and the fields that are wrong, without their values. */
export function readSandboxConfig(settings: ProviderSettings): SandboxConfig {
  const { config } = settings;
  if (!sandboxConfig.Check(config)) {
    const issues = sandboxConfig
      .Errors(config)
      .map((issue) => `config${issue.instancePath} ${issue.message}`);
    throw new Error(`provider ${settings.id}: ${[...new Set(issues)].join('; ')}`);
  }
  for (const url of [config.url, ...(config.addresses ?? []).map((address) => address.url)]) {
    if (!URL.canParse(url)) throw new Error(`provider ${settings.id}: config holds something that is no URL`);
  }
  return config;
}

export function baseUrlFor(config: SandboxConfig, recipient: Recipient): string {
  const digits = lastDigits(recipient.value);
  const other = config.addresses?.find((address) => address.endsWith === digits);
  return (other ?? config).url.replace(/\/$/, '');
}
