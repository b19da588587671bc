import { Counter, type Registry } from 'prom-client';

/** One time series of a counter. Callers increment `count` directly. */
export interface Series {
  count: number;
}

interface LabelledSeries extends Series {
  readonly labels: Record<string, string>;
}

export interface CounterDescription {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/**
 * A counter for events that happen ten thousand times a second. It counts in plain numbers and passes them to
 * `prom-client` only when it is scraped, because `prom-client` builds a key from the labels at each increment.
 */
export class DeferredCounter {
  private readonly allSeries: LabelledSeries[] = [];

  constructor(registry: Registry, { name, help, labelNames }: CounterDescription) {
    const { allSeries } = this;
    const counter = new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [],
      collect() {
        this.reset();
        for (const { labels, count } of allSeries) this.inc(labels, count);
      },
    });
    registry.registerMetric(counter);
  }

  /** Creates a series that starts at 0 and is shown from now on. Call once per label set and keep the result. */
  series(labels: Record<string, string>): Series {
    const series = { labels, count: 0 };
    this.allSeries.push(series);
    return series;
  }
}

/** Maximum number of label values: Prometheus keeps each series for years. */
const MAX_VALUES = 32;
const LABEL_VALUE = /^[\w.:-]{1,64}$/u;
const OTHER = 'other';

/**
 * A deferred counter with one label. Its values come from code and settings; further or malformed values are counted as
 * `other`, so that the number of series stays bounded in any case.
 */
export class DeferredCounterByLabel {
  private readonly label: string;
  private readonly counter: DeferredCounter;
  private readonly seriesByValue = new Map<string, Series>();

  /** @param known values to show from the start, at 0 */
  constructor(
    registry: Registry,
    { label, ...description }: Pick<CounterDescription, 'name' | 'help'> & { readonly label: string },
    known: readonly string[] = [],
  ) {
    this.label = label;
    this.counter = new DeferredCounter(registry, { ...description, labelNames: [label] });
    for (const value of known) this.add(value, 0);
  }

  add(value: string, count = 1): void {
    (this.seriesByValue.get(value) ?? this.seriesOfNew(value)).count += count;
  }

  private seriesOfNew(value: string): Series {
    const fits = value === OTHER || (this.seriesByValue.size < MAX_VALUES && LABEL_VALUE.test(value));
    const shown = fits ? value : OTHER;
    const existing = this.seriesByValue.get(shown);
    if (existing !== undefined) return existing;
    const series = this.counter.series({ [this.label]: shown });
    this.seriesByValue.set(shown, series);
    return series;
  }
}
