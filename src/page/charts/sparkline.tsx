/** A small line over time, beside a figure. Its text has the figures that it is drawn from. */

import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

import { showAmount } from '../format/amounts.ts';
import { toHeight } from '../format/heights.ts';
import type { DecimalText } from '../format/number-formats.ts';
import { useI18n } from '../shell/i18n.tsx';
import './small-charts.css';

export interface SparkPoint {
  /** When: "1 Feb". */
  readonly label: string;
  /** Null: not known, so the line breaks. */
  readonly amount: DecimalText | null;
}

const size = { width: 88, height: 22 };

export function Sparkline({
  points,
  currency,
  name,
}: {
  readonly points: readonly SparkPoint[];
  readonly currency: string;
  /** What the line is of, for those who hear it. */
  readonly name: string;
}) {
  const { t, locale } = useI18n();
  const known = points.flatMap(({ amount }) => (amount === null ? [] : [toHeight(amount)]));
  const [low = 0, high = 0] = extent([0, ...known]);
  const x = scaleLinear([0, Math.max(1, points.length - 1)], [2, size.width - 2]);
  const y = scaleLinear([low, high === low ? low + 1 : high], [size.height - 2, 2]);
  const path = line<SparkPoint>()
    .defined(({ amount }) => amount !== null)
    .x((_point, index) => x(index))
    .y(({ amount }) => y(toHeight(amount ?? '0')));
  const last = points.findLastIndex(({ amount }) => amount !== null);
  const reported = points.map(({ label, amount }) => {
    const figure = amount === null ? t('chart.unknown') : showAmount(amount, currency, locale).exact;
    return `${label}: ${figure}`;
  });
  return (
    <span class="sparkline">
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        width={size.width}
        height={size.height}
        aria-hidden="true"
      >
        {low < 0 && <line class="zero" x1="0" x2={size.width} y1={y(0)} y2={y(0)} />}
        <path class="line" d={path(points) ?? ''} />
        {last !== -1 && (
          <circle class="end" cx={x(last)} cy={y(toHeight(points[last]?.amount ?? '0'))} r="1.8" />
        )}
      </svg>
      <span class="visually-hidden">{t('chart.lineOf', { name, figures: reported.join('; ') })}</span>
    </span>
  );
}
