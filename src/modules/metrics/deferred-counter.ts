import { Counter, type Registry } from 'prom-client';

/** One count of a tally. Adding to it is all that happens while a request is served. */
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
 * A counter for what happens ten thousand times a second: it counts in plain numbers, and hands them to `prom-client`
 * when it is scraped, which would otherwise spell out the labels at each count.
 */
export class DeferredCounter {
  private readonly allSeries: LabelledSeries[] = [];

  constructor(registry: Registry, { name, help, labelNames }: CounterDescription) {
    const { allSeries: cells } = this;
    const counter = new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [],
      collect() {
        this.reset();
        for (const { labels, count } of cells) this.inc(labels, count);
      },
    });
    registry.registerMetric(counter);
  }

  /** A further count, shown from now on, from 0. To be asked for once and kept. */
  series(labels: Record<string, string>): Series {
    const cell = { labels, count: 0 };
    this.allSeries.push(cell);
    return cell;
  }
}

/** So many values of one label, and not one more: each makes a series that Prometheus keeps for years. */
const MOST_VALUES = 32;
const LABEL_VALUE = /^[\w.:-]{1,64}$/u;
const OTHER = 'other';

/** A tally by one label, whose values come from code and settings. Were they ever to come from outside, they are few still. */
export class DeferredCounterByLabel {
  private readonly label: string;
  private readonly tally: DeferredCounter;
  private readonly cells = new Map<string, Series>();

  /** @param known values to show from the start, at 0 */
  constructor(
    registry: Registry,
    { label, ...description }: Pick<CounterDescription, 'name' | 'help'> & { readonly label: string },
    known: readonly string[] = [],
  ) {
    this.label = label;
    this.tally = new DeferredCounter(registry, { ...description, labelNames: [label] });
    for (const value of known) this.add(value, 0);
  }

  add(value: string, count = 1): void {
    (this.cells.get(value) ?? this.cellOfNew(value)).count += count;
  }

  private cellOfNew(value: string): Series {
    const fits = value === OTHER || (this.cells.size < MOST_VALUES && LABEL_VALUE.test(value));
    const shown = fits ? value : OTHER;
    const existing = this.cells.get(shown);
    if (existing !== undefined) return existing;
    const cell = this.tally.series({ [this.label]: shown });
    this.cells.set(shown, cell);
    return cell;
  }
}
