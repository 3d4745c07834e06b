/**
 * The environment as a typed object, parsed once at the start. An empty variable is an absent one. A mistake is
 * told by the name of its variable and never by its value, which may hold a password.
 */
import { envSchema } from 'env-schema';
import { type Static, Type } from 'typebox';
import { parseMasterKey } from './identity/master-key.ts';
import type { LogLevel } from './platform/log.ts';

export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Login of the app at a server of the user's. Absent: the embedded PostgreSQL of the data directory. */
  readonly databaseUrl?: string;
  /** Login of the owner there, for migrations only. */
  readonly databaseOwnerUrl?: string;
  readonly dataDir: string;
  readonly role: 'all' | 'api' | 'worker';
  /** Of this role, behind one port. */
  readonly processes: number;
  readonly seed: 'sandbox' | 'none';
  readonly simulatorPort: number;
  readonly logLevel: LogLevel;
  readonly tls?: TlsFiles;
  /** 256 bits. */
  readonly masterKey?: Buffer;
  /** Days after which an exchange rate prices nothing. Absent: 3 for live accounts, any age in the sandbox. */
  readonly rateDaysMax?: number;
  /** Status callbacks of sandbox clients may go to http://127.0.0.1. */
  readonly callbacksToLocalhost: boolean;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Client certificates are asked for and must be signed by it. */
  readonly clientCa?: string;
}

/** One line that names a variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const PORT_MAX = 65_535;
/** Each takes a lane of ids, of which there are 64, and 19 connections, of which the embedded PostgreSQL has 400. */
const PROCESSES_MAX = 16;

/** A year: who wants older rates sets new ones. */
const RATE_DAYS_MAX = 366;

const Port = Type.Integer({ minimum: 0, maximum: PORT_MAX });
const PostgresUrl = Type.String({ pattern: '^postgres(ql)?://' });

const Environment = Type.Object({
  TOPRAIL_PORT: Type.Integer({ ...Port, default: 8080 }),
  TOPRAIL_HOST: Type.String({ pattern: '^\\S+$', default: '127.0.0.1' }),
  TOPRAIL_DATABASE_URL: Type.Optional(PostgresUrl),
  TOPRAIL_DATABASE_OWNER_URL: Type.Optional(PostgresUrl),
  TOPRAIL_DATA_DIR: Type.String({ default: './data' }),
  TOPRAIL_ROLE: Type.Enum(['all', 'api', 'worker'], { default: 'all' }),
  TOPRAIL_PROCESSES: Type.Integer({ minimum: 1, maximum: PROCESSES_MAX, default: 1 }),
  TOPRAIL_SEED: Type.Enum(['sandbox', 'none'], { default: 'sandbox' }),
  TOPRAIL_SIMULATOR_PORT: Type.Optional(Port),
  TOPRAIL_LOG_LEVEL: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
  TOPRAIL_TLS_CERT: Type.Optional(Type.String()),
  TOPRAIL_TLS_KEY: Type.Optional(Type.String()),
  TOPRAIL_TLS_CLIENT_CA: Type.Optional(Type.String()),
  TOPRAIL_MASTER_KEY: Type.Optional(Type.String()),
  TOPRAIL_RATE_DAYS_MAX: Type.Optional(Type.Integer({ minimum: 1, maximum: RATE_DAYS_MAX })),
  TOPRAIL_CALLBACKS_TO_LOCALHOST: Type.Enum(['on', 'off'], { default: 'off' }),
});
type Environment = Static<typeof Environment>;
type Name = keyof Environment;

/** Ends the sentence `<variable> must be`. */
const MUST_BE = {
  TOPRAIL_PORT: `a port from 0 to ${PORT_MAX}`,
  TOPRAIL_HOST: 'an address or a host name',
  TOPRAIL_DATABASE_URL: 'a URL that begins with postgres://',
  TOPRAIL_DATABASE_OWNER_URL: 'a URL that begins with postgres://',
  TOPRAIL_DATA_DIR: 'a directory',
  TOPRAIL_ROLE: 'all, api or worker',
  TOPRAIL_PROCESSES: `a number from 1 to ${PROCESSES_MAX}`,
  TOPRAIL_SEED: 'sandbox or none',
  TOPRAIL_SIMULATOR_PORT: `a port from 0 to ${PORT_MAX}`,
  TOPRAIL_LOG_LEVEL: 'debug, info, warn, error or silent',
  TOPRAIL_TLS_CERT: 'the path of a PEM file',
  TOPRAIL_TLS_KEY: 'the path of a PEM file',
  TOPRAIL_TLS_CLIENT_CA: 'the path of a PEM file',
  TOPRAIL_MASTER_KEY: '32 bytes in base64 or hex',
  TOPRAIL_RATE_DAYS_MAX: `a number of days from 1 to ${RATE_DAYS_MAX}`,
  TOPRAIL_CALLBACKS_TO_LOCALHOST: 'on or off',
} as const satisfies Record<Name, string>;
const NAMES = Object.keys(MUST_BE) as Name[]; // the object's own keys

/** Throws a ConfigError. */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  const variables = readVariables(env);
  const masterKey = readMasterKey(variables);
  const tls = readTls(variables);
  const { TOPRAIL_DATABASE_URL: databaseUrl, TOPRAIL_DATABASE_OWNER_URL: databaseOwnerUrl } = variables;
  if (databaseOwnerUrl !== undefined && databaseUrl === undefined) {
    throw new ConfigError('TOPRAIL_DATABASE_URL must be set beside TOPRAIL_DATABASE_OWNER_URL');
  }
  const port = variables.TOPRAIL_PORT;
  return {
    port,
    host: variables.TOPRAIL_HOST,
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(databaseOwnerUrl !== undefined && { databaseOwnerUrl }),
    dataDir: variables.TOPRAIL_DATA_DIR,
    role: variables.TOPRAIL_ROLE,
    processes: variables.TOPRAIL_PROCESSES,
    seed: variables.TOPRAIL_SEED,
    simulatorPort: variables.TOPRAIL_SIMULATOR_PORT ?? portAfter(port),
    logLevel: variables.TOPRAIL_LOG_LEVEL,
    ...(tls && { tls }),
    ...(masterKey && { masterKey }),
    ...(variables.TOPRAIL_RATE_DAYS_MAX !== undefined && { rateDaysMax: variables.TOPRAIL_RATE_DAYS_MAX }),
    callbacksToLocalhost: variables.TOPRAIL_CALLBACKS_TO_LOCALHOST === 'on',
  };
}

function readVariables(env: NodeJS.ProcessEnv): Environment {
  const given: Record<string, string> = {};
  for (const name of NAMES) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
  }
  requireDigits(given, 'TOPRAIL_PORT');
  requireDigits(given, 'TOPRAIL_SIMULATOR_PORT');
  requireDigits(given, 'TOPRAIL_PROCESSES');
  requireDigits(given, 'TOPRAIL_RATE_DAYS_MAX');
  try {
    return envSchema<Environment>({ schema: Environment, data: given, env: false });
  } catch (error) {
    const name = firstWrong(error);
    if (!name) throw error;
    throw mistake(name);
  }
}

/** The validator would read `8e3` and `0x1f` as numbers. */
function requireDigits(given: Readonly<Record<string, string>>, name: Name): void {
  const value = given[name];
  if (value !== undefined && !/^\d{1,5}$/.test(value)) throw mistake(name);
}

function firstWrong(error: unknown): Name | undefined {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return undefined;
  const paths = error.errors.map((issue: { instancePath?: string }) => issue.instancePath?.slice(1));
  return NAMES.find((name) => paths.includes(name));
}

function mistake(name: Name): ConfigError {
  return new ConfigError(`${name} must be ${MUST_BE[name]}`);
}

/** Port 65535 has no next one: the simulator then takes any. */
function portAfter(port: number): number {
  return port === 0 || port === PORT_MAX ? 0 : port + 1;
}

function readMasterKey({ TOPRAIL_MASTER_KEY: text }: Environment): Buffer | undefined {
  if (text === undefined) return undefined;
  const key = parseMasterKey(text);
  if (!key) throw mistake('TOPRAIL_MASTER_KEY');
  return key;
}

function readTls(variables: Environment): TlsFiles | undefined {
  const { TOPRAIL_TLS_CERT: cert, TOPRAIL_TLS_KEY: key, TOPRAIL_TLS_CLIENT_CA: clientCa } = variables;
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined) throw new ConfigError('TOPRAIL_TLS_CERT must be set for TLS');
  if (key === undefined) throw new ConfigError('TOPRAIL_TLS_KEY must be set beside TOPRAIL_TLS_CERT');
  return { cert, key, ...(clientCa !== undefined && { clientCa }) };
}
