import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly title: string;
  readonly values: readonly (number | null)[];
  readonly look: 'bars' | 'dark-bars' | 'line';
}

export interface Plot {
  /** What the values are of, in order. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

const HEIGHT = 260;
const COLOURS = { bars: '--accent', 'dark-bars': '--danger', line: '--ring' } as const;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Draws into the element, as wide as it is. @returns what takes it away again */
export function draw(element: HTMLElement, { labels, series, format }: Plot): () => void {
  const font = `12px ${colour('--font')}`;
  const axis = { stroke: colour('--text-soft'), font, grid: { stroke: colour('--line'), width: 1 } };
  const bars = UPlot.paths.bars?.({ size: [0.7, 48] });
  const plot = new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: [-0.6, labels.length - 0.4] },
        y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          // Only whole places have a label.
          splits: (plot) => places(labels.length, plot.width),
          values: (_plot, splits) => splits.map((place) => labels[place] ?? ''),
        },
        {
          ...axis,
          values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? format(value) : '')),
        },
      ],
      series: [
        {},
        ...series.map(({ title, look }) => ({
          label: title,
          stroke: colour(COLOURS[look]),
          ...(look === 'line'
            ? { width: 2.5, dash: [6, 4], points: { show: false } }
            : {
                fill: colour(COLOURS[look]),
                width: 0,
                points: { show: false },
                ...(bars && { paths: bars }),
              }),
        })),
      ],
    },
    [labels.map((_, place) => place), ...series.map(({ values }) => [...values])],
    element,
  );
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
  resized.observe(element);
  return () => {
    resized.disconnect();
    plot.destroy();
  };
}

/** As many as have room beside each other. */
function places(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((count * 56) / Math.max(width, 1)));
  return Array.from({ length: Math.ceil(count / step) }, (_, nth) => nth * step);
}
