/**
 * What is expected, and between what it is likely to lie, over what has been spent: one line of a scale, with its
 * figures in a list below, which is what is heard.
 */

import { max, min } from 'd3-array';
import { scaleLinear } from 'd3-scale';

import { toHeight } from '../format/heights.ts';
import type { DecimalText } from '../format/number-formats.ts';
import { useI18n } from '../shell/i18n.tsx';
import { Amount } from '../table/figures.tsx';
import './small-charts.css';

export interface IntervalProps {
  readonly currency: string;
  readonly low: DecimalText;
  readonly expected: DecimalText;
  readonly high: DecimalText;
  /** Absent: not known. */
  readonly spent?: DecimalText | undefined;
  /** What it is measured against, such as a budget. */
  readonly limit?: DecimalText | undefined;
}

const height = 22;
const width = 1000;

export function Interval({ currency, low, expected, high, spent, limit }: IntervalProps) {
  const { t } = useI18n();
  const all = [low, expected, high, spent ?? '0', limit ?? '0', '0'].map(toHeight);
  const from = min(all) ?? 0;
  const to = max(all) ?? 1;
  const x = scaleLinear([from, to === from ? from + 1 : to], [4, width - 4]);
  const [left, right] = [x(toHeight(low)), x(toHeight(high))];
  const marks = [
    ['low', low],
    ['expected', expected],
    ['high', high],
    ['spent', spent],
    ['limit', limit],
  ] as const;
  return (
    <div class="interval">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" x="0" y="9" width={width} height="4" />
        {spent !== undefined && <Span kind="spent" from={x(0)} to={x(toHeight(spent))} y={7} height={8} />}
        <Span kind="likely" from={left} to={Math.max(right, left + 4)} y={4} height={14} />
        <Mark kind="expected" at={x(toHeight(expected))} />
        {limit !== undefined && <Mark kind="limit" at={x(toHeight(limit))} />}
      </svg>
      <dl>
        {marks.flatMap(([name, amount]) =>
          amount === undefined
            ? []
            : [
                <div key={name} class={`of-${name}`}>
                  <dt>{t(`chart.${name}`)}</dt>
                  <dd>
                    <Amount
                      amount={amount}
                      currency={currency}
                      isEstimate={name !== 'spent' && name !== 'limit'}
                    />
                  </dd>
                </div>,
              ],
        )}
      </dl>
    </div>
  );
}

interface SpanProps {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height: number;
}

function Span({ kind, from, to, y, height }: SpanProps) {
  return <rect class={kind} x={Math.min(from, to)} y={y} width={Math.abs(to - from)} height={height} />;
}

/** Its width does not grow with the picture. */
function Mark({ kind, at }: { readonly kind: string; readonly at: number }) {
  return <line class={kind} x1={at} x2={at} y1="0" y2={height} vector-effect="non-scaling-stroke" />;
}
