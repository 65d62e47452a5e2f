/** Export: a month's charges as FOCUS, complete or refused. */

import { addMonths, isMonth, showMonth } from '../../format/dates.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, listIn, useRoute } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { Switch } from '../../table/switch.tsx';
import { Download } from './download.tsx';
import { exportAddress, exportFormats } from './export-address.ts';
import './export.css';

export function Export() {
  const { t, locale } = useI18n();
  const { params } = useRoute();
  const asked = params.get('month') ?? '';
  const month = isMonth(asked) ? asked : addMonths(new Date().toISOString().slice(0, 7), -1);
  const format = exportFormats.find((one) => one === params.get('format')) ?? 'csv';
  const chosen = listIn(params, 'accounts');
  const query = useQuery(operations.ExportAccounts, {});
  const address = exportAddress({
    month,
    format,
    accounts: chosen,
    isPartial: params.get('partial') === 'yes',
    isFresh: params.get('fresh') === 'yes',
    forExcel: params.get('excel') !== 'no' && format === 'csv',
  });
  return (
    <>
      <div class="view-head">
        <h1>{t('export.title')}</h1>
        <p class="muted">{showMonth(month, locale)}</p>
      </div>
      <p class="muted lead">{t('export.lead')}</p>
      <div class="export-form">
        <div class="toolbar">
          <label class="field">
            {t('period.month')}
            <input
              type="month"
              value={month}
              onChange={({ currentTarget: { value } }) => {
                if (isMonth(value)) changeParams({ month: value });
              }}
            />
          </label>
          <label class="field">
            {t('export.format')}
            <select
              value={format}
              onChange={({ currentTarget: { value } }) => changeParams({ format: value })}
            >
              {exportFormats.map((one) => (
                <option key={one} value={one}>
                  {t(`export.format.${one}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Answer query={query}>
          {({ accounts: all }) => {
            // Those that have charges: an export that names another is refused.
            const accounts = all.filter(
              ({ kinds }) => kinds.includes('BILL') || kinds.includes('DAILY_DETAIL'),
            );
            return (
              <fieldset>
                <legend>{t('export.accounts')}</legend>
                {accounts.map(({ id, name, provider }) => (
                  <label key={id} class="check">
                    <input
                      type="checkbox"
                      checked={chosen.length === 0 || chosen.includes(id)}
                      onChange={({ currentTarget: { checked } }) => {
                        const all = accounts.map((account) => account.id);
                        const before = chosen.length === 0 ? all : chosen;
                        const next = checked ? [...before, id] : before.filter((one) => one !== id);
                        changeParams(
                          { accounts: next.length === all.length ? null : next.join(',') },
                          { replace: true },
                        );
                      }}
                    />
                    {name} <span class="muted">{provider.name}</span>
                  </label>
                ))}
              </fieldset>
            );
          }}
        </Answer>
        <fieldset>
          <legend>{t('export.options')}</legend>
          <Switch name="partial" on="yes">
            {t('export.partial')}
          </Switch>
          <Switch name="fresh" on="yes">
            {t('export.fresh')}
          </Switch>
        </fieldset>
        <Download address={address}>
          {t('export.download', { format: t(`export.format.${format}`) })}
        </Download>
        <p class="muted">
          {t('export.address')} <code>{address}</code>
        </p>
      </div>
    </>
  );
}
