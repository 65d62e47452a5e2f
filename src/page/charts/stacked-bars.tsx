/**
 * Cost over time as stacked bars, in one currency. What may still change is hatched, what is not known is a gap that
 * says why, money that came back hangs below zero. Arrow keys go from bar to bar; every picture has its table.
 */

import { useId, useRef, useState } from 'preact/hooks';

import { useI18n } from '../shell/i18n.tsx';
import { BarAxes } from './bar-axes.tsx';
import { colourOf } from './bar-colours.ts';
import { BarDetails, describeBar } from './bar-details.tsx';
import { BarLegend } from './bar-legend.tsx';
import { layOutBars, type Bar, type Column, type Series } from './bar-layout.ts';
import { BarTable } from './bar-table.tsx';
import { useWidth } from './use-width.ts';
import './charts.css';

export interface StackedBarsProps {
  /** What it shows: "Cost by day, CNY". */
  readonly caption: string;
  readonly currency: string;
  /** From the bottom up; what a bar has besides is drawn on top of them as the rest. */
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
  /** Whether the amounts were converted, and so never billed. */
  readonly isEstimate?: boolean;
  /** Goes into a bar. */
  readonly onSelect?: ((key: string) => void) | undefined;
}

const margin = { top: 8, right: 4, bottom: 22, left: 52 };
const plotHeight = 190;

export function StackedBars(props: StackedBarsProps) {
  const { caption, currency, series, bars, isEstimate = false, onSelect } = props;
  const { t, locale } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 640);
  const [at, setAt] = useState<string | null>(null);
  const id = useId();
  const plotWidth = Math.max(120, width - margin.left - margin.right);
  const layout = layOutBars(bars, series, { width: plotWidth, height: plotHeight });
  const { columns } = layout;
  const shown = columns.find(({ bar }) => bar.key === at);

  /** Moves along the bars with the arrow keys, as along the cells of a table. */
  function move(event: KeyboardEvent, index: number): void {
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      Home: 0,
      End: columns.length - 1,
    };
    const target = columns[targets[event.key] ?? -1];
    const isChosen = event.key === 'Enter' || event.key === ' ';
    if (target === undefined && !(isChosen && onSelect !== undefined) && event.key !== 'Escape') return;
    event.preventDefault();
    if (event.key === 'Escape') return setAt(null);
    if (target === undefined) return onSelect?.(columns[index]?.bar.key ?? '');
    const element = document.getElementById(`${id}-${target.bar.key}`);
    element?.focus();
  }

  return (
    <figure class="bars">
      <figcaption>{caption}</figcaption>
      <BarLegend series={series} bars={bars} />
      <div class="picture" ref={box} onMouseLeave={() => setAt(null)}>
        <svg
          width={width}
          height={plotHeight + margin.top + margin.bottom}
          role="group"
          aria-label={`${caption}. ${t('chart.keys')}`}
        >
          <defs>
            <pattern
              id={`${id}-hatch`}
              width="6"
              height="6"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect class="hatch" width="2.4" height="6" />
            </pattern>
            <pattern id={`${id}-gap`} width="6" height="6" patternUnits="userSpaceOnUse">
              <circle class="gap-dot" cx="3" cy="3" r="0.9" />
            </pattern>
          </defs>
          <g transform={`translate(${margin.left},${margin.top})`}>
            <BarAxes layout={layout} width={plotWidth} height={plotHeight} locale={locale} />
            {columns.map((column, index) => (
              <g
                key={column.bar.key}
                id={`${id}-${column.bar.key}`}
                class={`column${column.bar.key === at ? ' is-shown' : ''}`}
                role={onSelect === undefined ? 'img' : 'button'}
                tabindex={at === null ? (index === 0 ? 0 : -1) : column.bar.key === at ? 0 : -1}
                aria-label={describeBar(column.bar, series, currency, { t, locale })}
                onFocus={() => setAt(column.bar.key)}
                onBlur={() => setAt(null)}
                onMouseEnter={() => setAt(column.bar.key)}
                onClick={() => onSelect?.(column.bar.key)}
                onKeyDown={(event) => move(event, index)}
              >
                <ColumnShape column={column} series={series} patterns={id} />
              </g>
            ))}
          </g>
        </svg>
        {shown !== undefined && (
          <BarDetails
            bar={shown.bar}
            series={series}
            currency={currency}
            isEstimate={isEstimate}
            // Beside the bar, on the side where there is room.
            left={margin.left + shown.x + shown.width / 2}
            width={width}
          />
        )}
      </div>
      <BarTable {...props} />
    </figure>
  );
}

/** A bar, and around it the whole height, so that a small one is easy to point at. */
function ColumnShape({
  column: { bar, x, width, rectangles, top },
  series,
  patterns,
}: {
  readonly column: Column;
  readonly series: readonly Series[];
  readonly patterns: string;
}) {
  const around = { x: x - 2, width: width + 4, y: 0, height: plotHeight };
  return (
    <>
      <rect class="around" {...around} />
      {bar.total === null && (
        <rect class="gap" {...around} x={x} width={width} fill={`url(#${patterns}-gap)`} />
      )}
      {rectangles.map(({ series: of, y, height }) => (
        <rect
          key={of}
          class={colourOf(of, series)}
          x={x}
          width={width}
          y={y}
          // A part that is there can be seen.
          height={Math.max(height - (height > 3 ? 1 : 0), 0.75)}
        />
      ))}
      {bar.isProvisional &&
        rectangles.map(({ series: of, y, height }) => (
          <rect
            key={`hatch ${of}`}
            x={x}
            width={width}
            y={y}
            height={height}
            fill={`url(#${patterns}-hatch)`}
          />
        ))}
      {bar.total !== null && bar.missing.length > 0 && (
        <path class="incomplete" d={`M${x} ${top - 3}v-5h${width}v5`} />
      )}
    </>
  );
}
