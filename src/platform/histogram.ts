/**
 * Values counted by how large they are, apart for each label. The SDK's own histogram sorts and prints the labels
 * of every value to find where it belongs.
 */
import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type HistogramMetricData } from '@opentelemetry/sdk-metrics';

export interface HistogramShape {
  readonly description: string;
  /** The largest value of each bucket, rising; whatever is above the last one has a bucket of its own. */
  readonly boundaries: readonly number[];
  /** Tells series apart; absent: there is one. */
  readonly label?: string;
}

interface Series {
  readonly counts: number[];
  sum: number;
}

/** Prometheus text has no times. */
const NO_TIME: HrTime = [0, 0];

export class Histogram {
  readonly #name: string;
  readonly #shape: HistogramShape;
  readonly #series = new Map<string, Series>();

  constructor(name: string, shape: HistogramShape) {
    this.#name = name;
    this.#shape = shape;
  }

  record(value: number, label: string): void {
    const { boundaries } = this.#shape;
    let series = this.#series.get(label);
    if (!series) {
      series = { counts: Array.from({ length: boundaries.length + 1 }, () => 0), sum: 0 };
      this.#series.set(label, series);
    }
    let bucket = 0;
    while (value > (boundaries[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  data(): HistogramMetricData {
    const { description, boundaries, label } = this.#shape;
    return {
      descriptor: { name: this.#name, description, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#series].map(([value, { counts, sum }]) => ({
        startTime: NO_TIME,
        endTime: NO_TIME,
        attributes: label === undefined ? {} : ({ [label]: value } satisfies Attributes),
        value: {
          buckets: { boundaries: [...boundaries], counts: [...counts] },
          sum,
          count: counts.reduce((all, one) => all + one, 0),
        },
      })),
    };
  }
}
