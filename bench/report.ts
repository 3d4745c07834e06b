/** The figures as a person reads them: a table on the screen, and the page beside this file. */
import type { Goal } from './cases.ts';
import type { CaseResult, Results } from './results.ts';

type Column = readonly [title: string, cell: (result: CaseResult) => string];

const NONE = '';

const RATES: readonly Column[] = [
  ['a second', ({ rate }) => whole(rate)],
  [
    'slowest - fastest',
    ({ spread: [slowest, fastest] }) =>
      slowest === fastest ? NONE : `${whole(slowest)} - ${whole(fastest)}`,
  ],
  ['p50 ms', ({ p50Ms }) => tenths(p50Ms)],
  ['p99 ms', ({ p99Ms }) => tenths(p99Ms)],
  ['naive', ({ naiveRate }) => (naiveRate === null ? NONE : whole(naiveRate))],
  ['naive p99 ms', ({ naive }) => (naive ? tenths(naive.p99Ms) : NONE)],
  ['ratio', ({ ratio }) => (ratio === null ? NONE : tenths(ratio))],
  ['refused', ({ refused }) => (refused === 0 ? NONE : whole(refused))],
  ['goal', goalText],
];

const COSTS: readonly Column[] = [
  ['server', ({ cpuSeconds, done }) => microseconds(cpuSeconds.server, done)],
  ['PostgreSQL', ({ cpuSeconds, done }) => microseconds(cpuSeconds.postgres, done)],
  ['simulator', ({ cpuSeconds, done }) => microseconds(cpuSeconds.simulator, done)],
  ['load', ({ cpuSeconds, done }) => microseconds(cpuSeconds.load, done)],
  ['WAL bytes', ({ walBytesPerOrder }) => (walBytesPerOrder === null ? NONE : whole(walBytesPerOrder))],
  ['disk bytes', ({ diskBytesPerOrder }) => (diskBytesPerOrder === null ? NONE : whole(diskBytesPerOrder))],
  ['memory MB', ({ memoryMb }) => (memoryMb === 0 ? NONE : whole(memoryMb))],
];

export function screenTables({ cases }: Results): string {
  return [RATES, COSTS].map((columns) => screenTable(columns, cases)).join('\n\n');
}

function screenTable(columns: readonly Column[], cases: readonly CaseResult[]): string {
  const rows = [
    ['case', ...columns.map(([title]) => title)],
    ...cases.map((result) => [result.name, ...columns.map(([, cell]) => cell(result))]),
  ];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  const isText = (index: number) => index === 0 || columns[index - 1]?.[0] === 'goal';
  const pad = (cell: string, index: number) =>
    isText(index) ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** `README.md` of this directory. */
export function page(results: Results): string {
  return `# Bench

Written by \`npm run bench\`: change the code, not this page. Measured on ${results.at}: ${results.machine}; the load
generator, the server, PostgreSQL and the pretend operators share them. PostgreSQL is as durable as in production (\`fsync\`
and \`synchronous_commit\` on). Afterwards the books were verified.

![Accepted orders a second beside the naive design](chart.svg)

The naive design is one transaction per order and one round trip per statement, with the same schema, the same rows and
the same durability, behind the same door. Both run in turns, in the same run: absolute figures move from run to run by a
fifth and more, ratios hold. Figures are medians of three rounds, where the slowest and the fastest differ; "refused" are
requests that were told to come again later, which no other figure counts.

${markdownTable('case', RATES, results.cases)}

What it costs: microseconds of processor per order (per request where nothing is written), bytes per order with indexes
and events, and the server's memory at its peak.

${markdownTable('case', COSTS, results.cases)}

"1 ms more per commit" is PostgreSQL's own \`commit_delay = 1000, commit_siblings = 0\`: a slower disk than this one.
"Taken in for good" is the 202 of a batch: every row is stored and will be placed or refused, whatever crashes; the line
below it goes on until each order is delivered.
`;
}

function markdownTable(first: string, columns: readonly Column[], cases: readonly CaseResult[]): string {
  const head = `| ${[first, ...columns.map(([title]) => title)].join(' | ')} |`;
  const rule = `|---|${columns.map(() => '--:|').join('')}`;
  const rows = cases.map(
    (result) => `| ${[result.name, ...columns.map(([, cell]) => cell(result))].join(' | ')} |`,
  );
  return [head, rule, ...rows].join('\n');
}

const GOAL_TEXTS: Readonly<Record<keyof Goal, (value: number) => string>> = {
  rate: (value) => `${whole(value)} a second`,
  ratio: (value) => `${value} x naive`,
  p50Ms: (value) => `p50 ${value} ms`,
  p99Ms: (value) => `p99 ${value} ms`,
  diskBytes: (value) => `${whole(value)} bytes on disk`,
  memoryMb: (value) => `${value} MB`,
};

/** Each part with whether it is reached. */
function goalText({ goal, missed }: CaseResult): string {
  return (Object.entries(goal) as [keyof Goal, number][]) // the goal's own entries
    .map(([figure, value]) => `${GOAL_TEXTS[figure](value)}: ${missed.includes(figure) ? 'MISSED' : 'ok'}`)
    .join(', ');
}

function microseconds(seconds: number | null, count: number): string {
  return seconds === null || count === 0 ? NONE : tenths((seconds * 1e6) / count);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function tenths(value: number): string {
  return value.toFixed(1);
}
