/** An error as one line for whoever typed the command. */
import { codeOf, isConnectionLost } from '../platform/postgres.ts';

/** Raised by our own SQL functions; their messages are ours. */
const REFUSED_BY_US = 'TR003';

export function explain(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const code = codeOf(error);
  if (code === REFUSED_BY_US) return oneLine(error.message);
  if (isConnectionLost(error)) return `the database does not answer (${code ?? oneLine(error.message)})`;
  return oneLine(error.message);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
