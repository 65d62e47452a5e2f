/** The period of an export: whole months of FOCUS, days of everything else. Its last one is included, as people count. */

import { addDays, addMonths } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams } from '../../shell/route.ts';
import { TypedInput } from '../../table/typed-input.tsx';
import { printDates, type ExportChoice } from './export-address.ts';

export function ExportDates({ choice: { version, from, to } }: { readonly choice: ExportChoice }) {
  const { t } = useI18n();
  const last = addDays(to, -1);
  const change = (first: string, end: string): void => changeParams(printDates({ from: first, to: end }));
  if (version !== null) {
    const [firstMonth, lastMonth] = [from.slice(0, 7), last.slice(0, 7)];
    // A month behind the other takes it along.
    const changeMonths = (first: string, end: string): void =>
      change(`${first}-01`, `${addMonths(end, 1)}-01`);
    return (
      <>
        <label class="field">
          {t('export.firstMonth')}
          <TypedInput
            type="month"
            value={firstMonth}
            onChange={(value) => changeMonths(value, value > lastMonth ? value : lastMonth)}
          />
        </label>
        <label class="field">
          {t('export.lastMonth')}
          <TypedInput
            type="month"
            value={lastMonth}
            onChange={(value) => changeMonths(value < firstMonth ? value : firstMonth, value)}
          />
        </label>
      </>
    );
  }
  return (
    <>
      <label class="field">
        {t('period.from')}
        <TypedInput
          type="date"
          value={from}
          onChange={(value) => change(value, addDays(value > last ? value : last, 1))}
        />
      </label>
      <label class="field">
        {t('period.to')}
        <TypedInput
          type="date"
          value={last}
          onChange={(value) => change(value < from ? value : from, addDays(value, 1))}
        />
      </label>
    </>
  );
}
