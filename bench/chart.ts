/** The cases beside the naive design as bars. Legible on light and dark pages. */
import type { CaseResult, Results } from './results.ts';

const WIDTH = 880;
const MARGIN = 16;
const BAR = 16;
const GAP = 3;
const CASE_HEIGHT = 78;
const HEAD = 44;
/** Room for a figure behind the longest bar. */
const FIGURE_WIDTH = 150;
const BASELINE = 12;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 15px }
    .small { fill: #59636e }
    .product { fill: #0969da }
    .naive { fill: #9a6700 }
    .goal { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 3 2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .small { fill: #9198a1 }
      .product { fill: #4493f8 }
      .naive { fill: #d29922 }
      .goal { stroke: #f0f6fc }
    }
  `;

/** `chart.svg` of this directory. */
export function chart({ cases }: Results): string {
  const shown = cases.filter(({ naive }) => naive);
  const most = Math.max(1, ...shown.flatMap(({ rate, goal }) => [rate, goal.rate ?? 0]));
  const scale = (rate: number) => Math.round((rate / most) * (WIDTH - 2 * MARGIN - FIGURE_WIDTH));
  const height = HEAD + shown.length * CASE_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
  <title>Accepted orders a second beside the naive design</title>
  <style>${STYLE}</style>
  <text class="title" x="${MARGIN}" y="24">Accepted orders a second, durable</text>
  <text class="small" text-anchor="end" x="${WIDTH - MARGIN}" y="24">dashed: the goal</text>
${shown.map((result, index) => bars(result, HEAD + index * CASE_HEIGHT, scale)).join('\n')}
</svg>
`;
}

function bars(result: CaseResult, top: number, scale: (rate: number) => number): string {
  const { name, rate, naiveRate, ratio, goal } = result;
  const product = top + 22;
  const naive = product + BAR + GAP;
  const goalAt = MARGIN + scale(goal.rate ?? 0);
  return [
    `  <text x="${MARGIN}" y="${top + 14}">${escaped(name)}</text>`,
    bar('product', product, scale(rate), `${figure(rate)}  (${ratio?.toFixed(1)} x)`),
    bar('naive', naive, scale(naiveRate ?? 0), `${figure(naiveRate ?? 0)} naive`),
    ...(goal.rate === undefined
      ? []
      : [
          `  <line class="goal" x1="${goalAt}" x2="${goalAt}" y1="${product - GAP}" y2="${product + BAR + GAP}"><title>goal ${figure(goal.rate)}</title></line>`,
        ]),
  ].join('\n');
}

function bar(kind: 'product' | 'naive', top: number, width: number, text: string): string {
  const size = `y="${top}" width="${Math.max(1, width)}" height="${BAR}"`;
  return `  <rect class="${kind}" x="${MARGIN}" ${size} rx="2"/>
  <text class="small" x="${MARGIN + width + 8}" y="${top + BASELINE}">${text}</text>`;
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
