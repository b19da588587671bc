import { Gauge, type Registry } from 'prom-client';

/** One value of a gauge, with its labels. */
export type Sample<Label extends string = string> = readonly [labels: Record<Label, string>, value: number];

export interface GaugeDescription<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
  /** Called at each scrape. Series that it does not return have no sample, because 0 would be a value too. */
  readonly read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>;
}

/** Adds a gauge whose values are read at each scrape. */
export function addGauge<Label extends string = never>(
  registry: Registry,
  { name, help, labelNames = [], read }: GaugeDescription<Label>,
): void {
  const gauge = new Gauge<Label>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [],
    async collect() {
      const samples = await read();
      this.reset();
      // reset() sets a gauge without labels to 0 instead of removing its sample.
      if (labelNames.length === 0) this.remove();
      for (const [labels, value] of samples) this.set(labels, value);
    },
  });
  registry.registerMetric(gauge);
}

/** The sample of a gauge without labels; none for null and undefined. */
export function unlabelled(value: number | null | undefined): Sample<never>[] {
  return value === null || value === undefined ? [] : [[{}, value]];
}
