/** What every command shares: `--json`, one answer in two forms, one line for an error. */
import type { Command } from 'commander';
import { type Config, parseConfig } from '../config.ts';
import { announceSettings, type Session, withDatabase } from './connect.ts';

export interface Answer {
  /** What `--json` prints: ids as printed elsewhere, amounts as decimal strings, times as RFC 3339. */
  readonly json: unknown;
  /** What a person reads. */
  readonly lines: readonly string[];
  /** Whether the command found what it was to find; `failed` ends with exit code 1. */
  readonly outcome?: 'ok' | 'failed';
}

/** Adds one command to a group, with what all of them take. */
export function addCommand(group: Command, usage: string, description: string): Command {
  return group
    .command(usage)
    .description(description)
    .option('--json', 'print one JSON document and nothing else');
}

/** What `work` is given: the options as the command declared them. */
interface Invocation<Options> {
  readonly options: Options;
  readonly args: readonly string[];
  readonly config: Config;
  readonly onProgress: (line: string) => void;
}

/** `Options` is what the command's own `option` calls parse to; commander does not know it. */
export function onRun<Options>(
  command: Command,
  work: (invocation: Invocation<Options>) => Promise<Answer>,
): void {
  command.action(async () => {
    const options = command.opts<Options & { json?: true }>();
    const isJson = options.json === true;
    const onProgress = isJson ? () => undefined : (line: string) => void process.stderr.write(`${line}\n`);
    const answer = await work({ options, args: command.args, config: parseConfig(process.env), onProgress });
    const text = isJson ? JSON.stringify(answer.json, undefined, 2) : answer.lines.join('\n');
    process.stdout.write(`${text}\n`);
    if (answer.outcome === 'failed') process.exitCode = 1;
  });
}

/** `onRun` for commands that need the database. */
export function onDatabase<Options>(
  command: Command,
  work: (session: Session, invocation: Invocation<Options>) => Promise<Answer>,
): void {
  onRun<Options>(command, (invocation) =>
    withDatabase(invocation.config, (session) => work(session, invocation), invocation),
  );
}

/** `onDatabase` for commands that change what running servers keep in memory: they are told at the end. */
export function onSettings<Options>(
  command: Command,
  work: (session: Session, invocation: Invocation<Options>) => Promise<Answer>,
): void {
  onDatabase<Options>(command, async (session, invocation) => {
    const answer = await work(session, invocation);
    await announceSettings(session.database);
    return answer;
  });
}

/** A table for people: columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
