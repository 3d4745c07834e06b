/**
 * Structured logs without numbers, tokens or secrets: only the fields named here leave the process, everything
 * else of an object is dropped. Errors are reduced to type, code and message of our own making.
 */
import pino from 'pino';

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** All that may be logged. Ids and codes, never content. */
export interface LogFields {
  readonly order?: string;
  readonly account?: string;
  readonly client?: string;
  readonly provider?: string;
  readonly request?: string;
  readonly method?: string;
  /** The path of the route, never the address that was asked for. */
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly count?: number;
  readonly code?: string;
  readonly error?: unknown;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = destination ? pino(options, destination) : pino(options);
  const at = (name: Exclude<LogLevel, 'silent'>) => (fields: LogFields, message: string) => {
    if (logger.isLevelEnabled(name)) logger[name](allowed(fields), message);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const ALLOWED = [
  'order',
  'account',
  'client',
  'provider',
  'request',
  'method',
  'route',
  'status',
  'ms',
  'count',
  'code',
] as const satisfies readonly (keyof LogFields)[];

function allowed(fields: LogFields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name of ALLOWED) if (fields[name] !== undefined) out[name] = fields[name];
  if (fields.error !== undefined) out['error'] = described(fields.error);
  return out;
}

/** A database's message may quote values, so of errors with a code only the code is kept. */
function described(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { type: error.name, ...(code === undefined ? { message: error.message } : { code }) };
}
