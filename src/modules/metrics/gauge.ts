import { Gauge, type Registry } from 'prom-client';

/** One value of a gauge, under its labels. */
export type Sample<Label extends string = string> = readonly [labels: Record<Label, string>, value: number];

export interface GaugeDescription<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
  /** Asked at each scrape. What it does not name has no sample: 0 would be a statement. */
  readonly read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>;
}

/** Adds a gauge that is read where its value lives, when somebody wants to know. */
export function addGauge<Label extends string = never>(
  registry: Registry,
  { name, help, labelNames = [], read: look }: GaugeDescription<Label>,
): void {
  const gauge = new Gauge<Label>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [],
    async collect() {
      const samples = await look();
      this.reset();
      // A gauge without labels is reset to 0, not to nothing.
      if (labelNames.length === 0) this.remove();
      for (const [labels, value] of samples) this.set(labels, value);
    },
  });
  registry.registerMetric(gauge);
}

/** Of a gauge without labels. */
export function single(value: number | null | undefined): Sample<never>[] {
  return value === null || value === undefined ? [] : [[{}, value]];
}
