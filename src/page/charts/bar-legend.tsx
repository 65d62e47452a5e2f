/** What the colours and patterns of bars mean; only those that there are. */

import { useI18n } from '../shell/i18n.tsx';
import { colourOf } from './bar-colours.ts';
import { restId, type Bar, type Series } from './bar-layout.ts';

export function BarLegend({
  series,
  bars,
}: {
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
}) {
  const { t } = useI18n();
  const hasRest = bars.some(({ total, hasRest }) => total !== null && hasRest);
  const known = bars.filter(({ total }) => total !== null);
  return (
    <ul class="legend">
      {series.map(({ id, label }) => (
        <li key={id}>
          <Swatch kind={colourOf(id, series)} />
          {label}
        </li>
      ))}
      {hasRest && (
        <li>
          <Swatch kind={colourOf(restId, [])} />
          {t('chart.rest')}
        </li>
      )}
      {known.some(({ isProvisional }) => isProvisional) && (
        <li>
          <Swatch kind="provisional" />
          {t('chart.provisional')}
        </li>
      )}
      {known.some(({ missing }) => missing.length > 0) && (
        <li>
          <Swatch kind="incomplete" />
          {t('chart.incomplete')}
        </li>
      )}
      {known.length < bars.length && (
        <li>
          <Swatch kind="gap" />
          {t('chart.gap')}
        </li>
      )}
    </ul>
  );
}

function Swatch({ kind }: { readonly kind: string }) {
  return (
    <svg class="swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {kind === 'provisional' ? (
        <>
          <rect class="series-rest" width="12" height="12" />
          <path class="hatch-line" d="M-2 8 8 -2M2 12 12 2M6 16 16 6" />
        </>
      ) : kind === 'gap' ? (
        <>
          <rect class="gap" x="0.5" y="0.5" width="11" height="11" />
          {[3, 6, 9].flatMap((x) =>
            [3, 6, 9].map((y) => <circle key={`${x}${y}`} class="gap-dot" cx={x} cy={y} r="0.8" />),
          )}
        </>
      ) : kind === 'incomplete' ? (
        <path class="incomplete" d="M1.5 8V3.5h9V8" />
      ) : (
        <rect class={kind} width="12" height="12" />
      )}
    </svg>
  );
}
