/** Check: whether the provider's own views of a month agree, what they differ by, and what was changed afterwards. */

import { orNothing } from '../../cost/or-nothing.ts';
import { CoverageLine } from '../../cost/coverage-line.tsx';
import { addMonths, isMonth, showDate, showMonth } from '../../format/dates.ts';
import { operations, type CheckQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useAnswered, useQuery } from '../../shell/use-query.ts';
import { Amount, Count, DigitsContext, Unknown } from '../../table/figures.tsx';
import { TypedInput } from '../../table/typed-input.tsx';
import { stateOf } from './check-state.ts';
import { Residuals } from './residuals.tsx';
import { Restatements } from './restatements.tsx';
import './check.css';

export function Check() {
  const { t, locale } = useI18n();
  const { params } = useRoute();
  const asked = params.get('month') ?? '';
  const month = isMonth(asked) ? asked : addMonths(new Date().toISOString().slice(0, 7), -1);
  const query = useQuery(operations.Check, { month });
  const answered = useAnswered(month, query);
  return (
    // A check is about the last digit.
    <DigitsContext.Provider value="all">
      <div class="view-head">
        <h1>{t('check.title')}</h1>
        <p class="muted">{showMonth(answered, locale)}</p>
      </div>
      <p class="muted">{t('check.lead')}</p>
      <div class="toolbar">
        <label class="field">
          {t('period.month')}
          <TypedInput type="month" value={month} onChange={(value) => changeParams({ month: value })} />
        </label>
      </div>
      <Answer
        query={orNothing(query, 'reconciliation')}
        isEmpty={({ reconciliation }) => reconciliation?.length === 0}
      >
        {({ reconciliation }) => (
          <>
            {reconciliation?.map((one) => (
              <AccountCheck key={one.account.id} check={one} />
            ))}
          </>
        )}
      </Answer>
      <Restatements period={{ month }} />
    </DigitsContext.Provider>
  );
}

type CheckView = NonNullable<CheckQuery['reconciliation']>[number];

const views = ['bills', 'dailyDetails', 'charges', 'invoices', 'apiKeyUsage'] as const;

function AccountCheck({ check }: { readonly check: CheckView }) {
  const { t, locale } = useI18n();
  const { account, residuals, daysWithoutCharges, coverage } = check;
  const state = stateOf(check);
  const title = `check-${account.id}`;
  return (
    <section class="spend-table" aria-labelledby={title}>
      <div class="section-head">
        <h2 id={title}>{account.name}</h2>
        <span class={`tag is-${state}`}>{t(`check.${state}`)}</span>
      </div>
      <CoverageLine coverage={coverage} of={account.name} />
      <div class="scroll" role="region" aria-label={t('check.views', { account: account.name })} tabIndex={0}>
        <table class="data">
          <caption class="visually-hidden">{t('check.views', { account: account.name })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('check.view')}</th>
              <th scope="col" class="of-figures">
                {t('check.amount')}
              </th>
              <th scope="col" class="of-figures">
                {t('check.rows')}
              </th>
            </tr>
          </thead>
          <tbody>
            {views.map((view) => (
              <ViewRows key={view} name={t(`check.view.${view}`)} sums={check[view]} />
            ))}
          </tbody>
        </table>
      </div>
      {daysWithoutCharges.length > 0 && (
        <p class="days-without">
          {t('check.daysWithout', {
            days: daysWithoutCharges.map((day) => showDate(day, locale)).join(', '),
          })}
        </p>
      )}
      <Residuals residuals={residuals} account={account.name} />
    </section>
  );
}

/** A view of the month: one line for each currency; a dash where the provider has no such view, or could not tell. */
function ViewRows({ name, sums }: { readonly name: string; readonly sums: CheckView['charges'] }) {
  const { t } = useI18n();
  if (sums === null || sums.length === 0) {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td class="of-figures">{sums === null ? <Unknown /> : t('check.nothing')}</td>
        <td class="of-figures" />
      </tr>
    );
  }
  return (
    <>
      {sums.map(({ currency, rowCount, billedCost }) => (
        <tr key={currency}>
          <th scope="row">{name}</th>
          <td class="of-figures">
            <Amount amount={billedCost.amount} currency={currency} />
          </td>
          <td class="of-figures">
            <Count count={String(rowCount)} />
          </td>
        </tr>
      ))}
    </>
  );
}
