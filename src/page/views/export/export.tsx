/** Export: any table of the gateway as a file, complete or refused. */

import { showDates } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Choice } from '../../table/choice.tsx';
import { Switch } from '../../table/switch.tsx';
import { Download } from './download.tsx';
import { ExportAccounts } from './export-accounts.tsx';
import {
  exportAddress,
  exportFormats,
  exportTables,
  metadataAddress,
  parseExport,
  tableNames,
  type ExportChoice,
} from './export-address.ts';
import { ExportDates } from './export-dates.tsx';
import { SpendGrouping } from './spend-grouping.tsx';
import './export.css';

export function Export() {
  const { t, locale } = useI18n();
  const choice = parseExport(useRoute().params, new Date().toISOString().slice(0, 10));
  const { table, format, version } = choice;
  const { versions }: { readonly versions: readonly string[] } = exportTables[table];
  const address = exportAddress(choice);
  return (
    <>
      <div class="view-head">
        <h1>{t('export.title')}</h1>
        <p class="muted">{showDates(choice.from, choice.to, locale)}</p>
      </div>
      <p class="muted lead">{t('export.lead')}</p>
      <div class="export-form">
        <div class="toolbar">
          <Choice
            label={t('export.table')}
            value={table}
            options={tableNames.map((one) => [one, t(`export.table.${one}`)] as const)}
            // The accounts of one table are not those of another.
            onChange={(chosen) => changeParams({ table: chosen, version: null, accounts: null })}
          />
          <Choice
            label={t('export.format')}
            value={format}
            options={exportFormats.map((one) => [one, t(`export.format.${one}`)] as const)}
            onChange={(chosen) => changeParams({ format: chosen })}
          />
          {version !== null && (
            <Choice
              label={t('export.version')}
              value={version}
              options={versions.map((one) => [one, one] as const)}
              onChange={(chosen) => changeParams({ version: chosen })}
            />
          )}
        </div>
        <p class="muted">{t(`export.about.${table}`)}</p>
        <div class="toolbar">
          <ExportDates choice={choice} />
          {table === 'spend' && <SpendGrouping by={choice.by} />}
        </div>
        <ExportAccounts kinds={exportTables[table].kinds} chosen={choice.accounts} />
        <fieldset>
          <legend>{t('export.options')}</legend>
          <Switch name="partial" on="yes">
            {t('export.partial')}
          </Switch>
          <Switch name="fresh" on="yes">
            {t('export.fresh')}
          </Switch>
        </fieldset>
        {format === 'csv' && (
          <fieldset>
            <legend>{t('export.format.csv')}</legend>
            <Switch name="excel" off="no">
              {t('export.excel')}
            </Switch>
          </fieldset>
        )}
        <Download key={address} address={address}>
          {t('export.download', { format: t(`export.format.${format}`) })}
        </Download>
        <p class="muted">
          {t('export.address')} <code>{address}</code>
        </p>
        <Metadata choice={choice} />
      </div>
    </>
  );
}

/** What describes a data set of FOCUS. */
function Metadata({ choice }: { readonly choice: ExportChoice }) {
  const { t } = useI18n();
  const links = (['schema', 'recency'] as const).flatMap((part) => {
    const address = metadataAddress(choice, part);
    return address === null ? [] : [{ part, address }];
  });
  if (links.length === 0) return null;
  return (
    <p class="metadata">
      {links.map(({ part, address }) => (
        <a key={part} href={address} download="">
          {t(`export.${part}`)}
        </a>
      ))}
    </p>
  );
}
