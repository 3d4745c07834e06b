/** Metrics in Prometheus text, over the OpenTelemetry SDK. Names are listed here, with what they count. */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Histogram, type HistogramShape } from './histogram.ts';
import type { QueueStanding } from './queue-full.ts';

const COUNTERS = {
  toprail_orders_accepted: 'Orders accepted: committed with their hold.',
  toprail_order_events: 'State changes of orders after acceptance, by event type.',
  toprail_requests: 'HTTP requests answered, by route and status.',
  toprail_refused_at_the_door: 'Requests refused because a queue was full.',
  toprail_status_callbacks: 'Tries of status callbacks, by what became of them.',
} as const;

const HISTOGRAMS = {
  toprail_intake_batch_rows: {
    description: 'Orders in one intake batch.',
    boundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  },
  toprail_request_seconds: {
    description: 'Time to answer a request, by route.',
    boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    label: 'route',
  },
} as const satisfies Record<string, HistogramShape>;

const SCOPE = { name: 'toprail' };

export interface Metrics {
  count(name: keyof typeof COUNTERS, labels?: Labels, by?: number): void;
  /** `label` where the histogram has one. */
  record(name: keyof typeof HISTOGRAMS, value: number, label?: string): void;
  /** A value that is read when the metrics are asked for. */
  gauge(name: `toprail_${string}`, help: string, read: () => number): void;
  /** The queues of this process: `toprail_queue_length` and `toprail_queue_limit`, by queue. */
  queues(read: () => readonly QueueStanding[]): void;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [exporter] }).getMeter(SCOPE.name);
  const counters = mapNames(COUNTERS, (name, description) => {
    const counts: Tally = new Map();
    meter.createObservableCounter(name, { description }).addCallback((result) => {
      for (const { labels, sum } of counts.values()) result.observe(sum, labels);
    });
    return counts;
  });
  const histograms = mapNames(HISTOGRAMS, (name, shape: HistogramShape) => new Histogram(name, shape));
  const serializer = new PrometheusSerializer();
  return {
    count: (name, labels = {}, by = 1) => {
      if (by > 0) add(counters[name], labels, by);
    },
    record: (name, value, label = '') => histograms[name].record(value, label),
    gauge: (name, description, read) => {
      meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()));
    },
    queues: (read) => {
      const observe = (name: string, description: string, pick: (one: QueueStanding) => number) =>
        meter.createObservableGauge(name, { description }).addCallback((result) => {
          for (const one of read()) result.observe(pick(one), { queue: one.queue });
        });
      observe('toprail_queue_length', 'What waits, or is under way, in each queue.', ({ length }) => length);
      observe(
        'toprail_queue_limit',
        'How much may: what comes beyond is told to come again.',
        ({ limit }) => limit,
      );
    },
    text: async () => {
      const { resource, scopeMetrics } = (await exporter.collect()).resourceMetrics;
      const metrics = Object.values(histograms).map((histogram) => histogram.data());
      return serializer.serialize({ resource, scopeMetrics: [...scopeMetrics, { scope: SCOPE, metrics }] });
    },
  };
}

type Labels = Readonly<Record<string, string>>;
/** By the values of the labels; a counter has the same labels in the same order always. */
type Tally = Map<string, { readonly labels: Labels; sum: number }>;

/** The SDK's own counters sort and print the labels each time. */
function add(tally: Tally, labels: Labels, by: number): void {
  let key = '';
  for (const name in labels) key += `${labels[name]} `;
  const known = tally.get(key);
  if (known) known.sum += by;
  else tally.set(key, { labels, sum: by });
}

function mapNames<Name extends string, Told, Made>(
  names: Record<Name, Told>,
  make: (name: Name, told: Told) => Made,
) {
  const entries = Object.entries(names) as [Name, Told][]; // keys of a literal object
  return Object.fromEntries(entries.map(([name, told]) => [name, make(name, told)])) as Record<Name, Made>;
}
