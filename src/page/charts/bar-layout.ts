/**
 * Where the bars of a picture stand. What is drawn may be a double; every figure beside it is the text of the server.
 */

import { max, min, sum } from 'd3-array';
import { scaleBand, scaleLinear } from 'd3-scale';
import { stack, stackOffsetDiverging } from 'd3-shape';

import { toHeight } from '../format/heights.ts';
import type { DecimalText } from '../format/number-formats.ts';
import { placeLabels, type AxisLabel } from './axis-labels.ts';

/** One of the things that a bar is stacked from. */
export interface Series {
  readonly id: string;
  readonly label: string;
  /** From 1 on. */
  readonly colour: number;
}

export interface Bar {
  /** The day, week or month. */
  readonly key: string;
  /** In full: "Sun, 1 Feb 2026". */
  readonly label: string;
  /** On the axis: "1 Feb". */
  readonly tick: string;
  /** What each group comes to, whether it is a series or a part of the rest; one that is absent had no charges. */
  readonly parts: ReadonlyMap<string, DecimalText>;
  /** All of it, by the server, and so also what no series shows. Null: not known. */
  readonly total: DecimalText | null;
  /** Whether the total has more in it than the series. */
  readonly hasRest: boolean;
  /** Whether the figures may still change. */
  readonly isProvisional: boolean;
  /** Who is missing, and why: of a bar without a total the reason for the gap. */
  readonly missing: readonly string[];
}

/** The id of what is in a total and in none of the series. */
export const restId = '';

export interface Rectangle {
  readonly series: string;
  readonly y: number;
  readonly height: number;
}

export interface Column {
  readonly bar: Bar;
  readonly x: number;
  readonly width: number;
  readonly rectangles: readonly Rectangle[];
  /** The upper end of what is drawn. */
  readonly top: number;
}

export interface BarLayout {
  readonly columns: readonly Column[];
  /** Where nothing is. */
  readonly zero: number;
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  readonly labels: readonly AxisLabel[];
}

/** Lays bars out in a rectangle of `width` by `height`; money that came back hangs below zero. */
export function layOutBars(
  bars: readonly Bar[],
  series: readonly Series[],
  { width, height }: { readonly width: number; readonly height: number },
): BarLayout {
  const heights = bars.map((bar) => heightsOf(bar, series));
  const stacked = stack<ReadonlyMap<string, number>, string>()
    .keys([...series.map(({ id }) => id), restId])
    .value((of, id) => of.get(id) ?? 0)
    .offset(stackOffsetDiverging)(heights);
  const ends = stacked.flatMap((layer) => layer.flatMap((ends) => [ends[0], ends[1]]));
  const domain = [Math.min(0, min(ends) ?? 0), Math.max(0, max(ends) ?? 0)];
  const y = scaleLinear([domain[0] ?? 0, domain[1] === domain[0] ? 1 : (domain[1] ?? 1)], [height, 0]).nice(
    4,
  );
  const x = scaleBand(
    bars.map(({ key }) => key),
    [0, width],
  ).paddingInner(bars.length > 45 ? 0.12 : 0.24);
  const barWidth = Math.min(x.bandwidth(), 56);
  const middles = bars.map(({ key, tick }) => ({ key, tick, x: (x(key) ?? 0) + x.bandwidth() / 2 }));
  return {
    columns: bars.map((bar, index) => {
      const rectangles = stacked.flatMap((layer): readonly Rectangle[] => {
        const [from = 0, to = 0] = layer[index] ?? [];
        return from === to ? [] : [{ series: layer.key, y: y(to), height: y(from) - y(to) }];
      });
      const left = (x(bar.key) ?? 0) + (x.bandwidth() - barWidth) / 2;
      return { bar, x: left, width: barWidth, rectangles, top: min(rectangles, ({ y }) => y) ?? y(0) };
    }),
    zero: y(0),
    ticks: y.ticks(4).map((value) => ({ value, y: y(value) })),
    labels: placeLabels(middles, { step: x.step(), width }),
  };
}

/** How high each part of a bar is. What no series shows is what they leave of the total. */
function heightsOf({ parts, total, hasRest }: Bar, series: readonly Series[]): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  if (total === null) return heights;
  const whole = toHeight(total);
  for (const { id } of series) heights.set(id, toHeight(parts.get(id) ?? '0'));
  heights.set(restId, hasRest ? whole - sum([...heights.values()]) : 0);
  return heights;
}
