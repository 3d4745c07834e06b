import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, parseConfig } from './config.ts';

const DATABASE = 'postgresql://toprail_app:secret@db/toprail';

test('defaults are those of the documents', () => {
  assert.deepEqual(parseConfig({}), {
    port: 8080,
    host: '127.0.0.1',
    dataDir: './data',
    role: 'all',
    processes: 1,
    seed: 'sandbox',
    simulatorPort: 8081,
    logLevel: 'info',
    callbacksToLocalhost: false,
  });
});

test('every variable is read; an empty one is an absent one', () => {
  const config = parseConfig({
    TOPRAIL_PORT: '9000',
    TOPRAIL_HOST: '0.0.0.0',
    TOPRAIL_DATABASE_URL: DATABASE,
    TOPRAIL_DATABASE_OWNER_URL: DATABASE,
    TOPRAIL_DATA_DIR: '/srv/toprail',
    TOPRAIL_ROLE: 'worker',
    TOPRAIL_PROCESSES: '4',
    TOPRAIL_SEED: 'none',
    TOPRAIL_SIMULATOR_PORT: '',
    TOPRAIL_LOG_LEVEL: 'warn',
    TOPRAIL_TLS_CERT: 'cert.pem',
    TOPRAIL_TLS_KEY: 'key.pem',
    TOPRAIL_TLS_CLIENT_CA: 'ca.pem',
    TOPRAIL_MASTER_KEY: `${'A'.repeat(43)}=`,
    TOPRAIL_RATE_DAYS_MAX: '7',
    TOPRAIL_CALLBACKS_TO_LOCALHOST: 'on',
    OTHER: 'ignored',
  });
  assert.deepEqual(config, {
    port: 9000,
    host: '0.0.0.0',
    databaseUrl: DATABASE,
    databaseOwnerUrl: DATABASE,
    dataDir: '/srv/toprail',
    role: 'worker',
    processes: 4,
    seed: 'none',
    simulatorPort: 9001,
    logLevel: 'warn',
    tls: { cert: 'cert.pem', key: 'key.pem', clientCa: 'ca.pem' },
    masterKey: Buffer.alloc(32),
    rateDaysMax: 7,
    callbacksToLocalhost: true,
  });
});

test('any free port means any free port for the simulator too', () => {
  assert.equal(parseConfig({ TOPRAIL_PORT: '0' }).simulatorPort, 0);
  assert.equal(parseConfig({ TOPRAIL_PORT: '65535' }).simulatorPort, 0);
  assert.equal(parseConfig({ TOPRAIL_PORT: '0', TOPRAIL_SIMULATOR_PORT: '7000' }).simulatorPort, 7000);
});

const MISTAKES: readonly { env: NodeJS.ProcessEnv; message: string }[] = [
  { env: { TOPRAIL_PORT: 'http' }, message: 'TOPRAIL_PORT must be a port from 0 to 65535' },
  { env: { TOPRAIL_PORT: '8e3' }, message: 'TOPRAIL_PORT must be a port from 0 to 65535' },
  { env: { TOPRAIL_PORT: '-1' }, message: 'TOPRAIL_PORT must be a port from 0 to 65535' },
  { env: { TOPRAIL_PORT: '65536' }, message: 'TOPRAIL_PORT must be a port from 0 to 65535' },
  {
    env: { TOPRAIL_SIMULATOR_PORT: '1.5' },
    message: 'TOPRAIL_SIMULATOR_PORT must be a port from 0 to 65535',
  },
  { env: { TOPRAIL_HOST: 'a b' }, message: 'TOPRAIL_HOST must be an address or a host name' },
  { env: { TOPRAIL_ROLE: 'boss' }, message: 'TOPRAIL_ROLE must be all, api or worker' },
  { env: { TOPRAIL_SEED: 'yes' }, message: 'TOPRAIL_SEED must be sandbox or none' },
  {
    env: { TOPRAIL_LOG_LEVEL: 'loud' },
    message: 'TOPRAIL_LOG_LEVEL must be debug, info, warn, error or silent',
  },
  {
    env: { TOPRAIL_DATABASE_URL: 'mysql://u:hunter2@h/d' },
    message: 'TOPRAIL_DATABASE_URL must be a URL that begins with postgres://',
  },
  {
    env: { TOPRAIL_DATABASE_OWNER_URL: DATABASE },
    message: 'TOPRAIL_DATABASE_URL must be set beside TOPRAIL_DATABASE_OWNER_URL',
  },
  { env: { TOPRAIL_MASTER_KEY: 'hunter2' }, message: 'TOPRAIL_MASTER_KEY must be 32 bytes in base64 or hex' },
  { env: { TOPRAIL_TLS_CERT: 'c.pem' }, message: 'TOPRAIL_TLS_KEY must be set beside TOPRAIL_TLS_CERT' },
  { env: { TOPRAIL_TLS_KEY: 'k.pem' }, message: 'TOPRAIL_TLS_CERT must be set for TLS' },
  { env: { TOPRAIL_TLS_CLIENT_CA: 'ca.pem' }, message: 'TOPRAIL_TLS_CERT must be set for TLS' },
];

for (const { env, message } of MISTAKES) {
  test(`${JSON.stringify(env)} is told as: ${message}`, () => {
    assert.throws(
      () => parseConfig(env),
      (error) => error instanceof ConfigError && error.message === message,
    );
  });
}
