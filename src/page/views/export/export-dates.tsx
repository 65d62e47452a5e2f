/** The period of an export: whole months of FOCUS, days of everything else. Its last one is included, as people count. */

import { addDays, addMonths, isDate, isMonth } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams } from '../../shell/route.ts';
import { printDates, type ExportChoice } from './export-address.ts';

export function ExportDates({ choice: { version, from, to } }: { readonly choice: ExportChoice }) {
  const { t } = useI18n();
  const last = addDays(to, -1);
  const change = (first: string, end: string): void => {
    if (first < end) changeParams(printDates({ from: first, to: end }));
  };
  if (version !== null) {
    return (
      <>
        <label class="field">
          {t('export.firstMonth')}
          <input
            type="month"
            value={from.slice(0, 7)}
            max={last.slice(0, 7)}
            onChange={({ currentTarget: { value } }) => {
              if (isMonth(value)) change(`${value}-01`, to);
            }}
          />
        </label>
        <label class="field">
          {t('export.lastMonth')}
          <input
            type="month"
            value={last.slice(0, 7)}
            min={from.slice(0, 7)}
            onChange={({ currentTarget: { value } }) => {
              if (isMonth(value)) change(from, `${addMonths(value, 1)}-01`);
            }}
          />
        </label>
      </>
    );
  }
  return (
    <>
      <label class="field">
        {t('period.from')}
        <input
          type="date"
          value={from}
          max={last}
          onChange={({ currentTarget: { value } }) => {
            if (isDate(value)) change(value, to);
          }}
        />
      </label>
      <label class="field">
        {t('period.to')}
        <input
          type="date"
          value={last}
          min={from}
          onChange={({ currentTarget: { value } }) => {
            if (isDate(value)) change(from, addDays(value, 1));
          }}
        />
      </label>
    </>
  );
}
