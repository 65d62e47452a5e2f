/** The lines and labels around bars. Figures on an axis are the scale's own round numbers, not amounts. */

import { numberFormat } from '../format/number-formats.ts';
import type { BarLayout } from './bar-layout.ts';

export function BarAxes({
  layout: { ticks, zero, labels },
  width,
  height,
  locale,
}: {
  readonly layout: BarLayout;
  readonly width: number;
  readonly height: number;
  readonly locale: string;
}) {
  const format = numberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  return (
    <g class="axes" aria-hidden="true">
      {ticks.map(({ value, y }) => (
        <g key={value} transform={`translate(0,${y})`}>
          <line class="grid" x1="0" x2={width} />
          <text class="tick" x="-8" dy="0.32em" text-anchor="end">
            {format.format(value)}
          </text>
        </g>
      ))}
      <line class="zero" x1="0" x2={width} y1={zero} y2={zero} />
      {labels.map(({ key, text, x }) => (
        <text key={key} class="tick of-bar" x={x} y={height + 16} text-anchor="middle">
          {text}
        </text>
      ))}
    </g>
  );
}
