/** Allocation: by which rules it is told whose cost it is, what they miss of a month, and who sees only a part. */

import { CoverageLine } from '../../cost/coverage-line.tsx';
import type { AllocationView } from '../../cost/use-allocations.ts';
import { orNothing } from '../../cost/or-nothing.ts';
import { addMonths, isMonth, showMonth } from '../../format/dates.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf, changeParams, useRoute } from '../../shell/route.ts';
import { Answer, Empty } from '../../shell/states.tsx';
import { useAnswered, useQuery } from '../../shell/use-query.ts';
import { Choice } from '../../table/choice.tsx';
import { DigitsContext } from '../../table/figures.tsx';
import { TypedInput } from '../../table/typed-input.tsx';
import type { CheckView } from './check-view.ts';
import { BoundClients } from './bound-clients.tsx';
import { MonthSums } from './month-sums.tsx';
import { Rules } from './rules.tsx';
import { Unmatched } from './unmatched.tsx';
import './allocation.css';

export function Allocation() {
  const { t } = useI18n();
  const query = useQuery(operations.Allocations, nothing);
  return (
    <>
      <h1>{t('allocation.title')}</h1>
      <p class="muted">{t('allocation.lead')}</p>
      <Answer query={query}>
        {({ allocations }) =>
          allocations.length === 0 ? (
            <Empty>{t('allocation.noneAtAll')}</Empty>
          ) : (
            <OneAllocation allocations={allocations} />
          )
        }
      </Answer>
    </>
  );
}

const nothing = {};

function OneAllocation({ allocations }: { readonly allocations: readonly AllocationView[] }) {
  const { t, locale } = useI18n();
  const { params } = useRoute();
  const asked = params.get('month') ?? '';
  const month = isMonth(asked) ? asked : addMonths(new Date().toISOString().slice(0, 7), -1);
  const id = params.get('allocation') ?? allocations[0]?.allocationId ?? '';
  const allocation = allocations.find(({ allocationId }) => allocationId === id);
  const query = useQuery(operations.AllocationCheck, allocation === undefined ? null : { id, month });
  const answered = useAnswered(id, query);
  return (
    <>
      <div class="toolbar">
        <Choice
          label={t('allocation.which')}
          value={id}
          options={[
            ...allocations.map(({ allocationId, name }) => [allocationId, name] as const),
            ...(allocation === undefined ? [[id, id] as const] : []),
          ]}
          onChange={(chosen) => changeParams({ allocation: chosen })}
        />
        <label class="field">
          {t('period.month')}
          <TypedInput type="month" value={month} onChange={(value) => changeParams({ month: value })} />
        </label>
      </div>
      {allocation === undefined ? (
        <Empty>{t('allocation.unknown')}</Empty>
      ) : (
        <DigitsContext.Provider value={params.get('digits') === 'all' ? 'all' : 'cents'}>
          <p>
            <a href={addressOf('explore', { period: month, by: id })}>
              {t('allocation.explore', { name: allocation.name })}, {showMonth(month, locale)}
            </a>
          </p>
          <Answer query={orNothing(query, 'allocationCheck')}>
            {({ allocationCheck: check }) =>
              check === null ? null : <Checked check={check} id={answered} />
            }
          </Answer>
          <BoundClients allocation={allocation} />
        </DigitsContext.Provider>
      )}
    </>
  );
}

function Checked({ check, id }: { readonly check: CheckView; readonly id: string }) {
  return (
    <>
      <CoverageLine coverage={check.coverage} />
      <MonthSums check={check} allocation={id} />
      <Rules rules={check.rules} />
      <Unmatched unmatched={check.unmatched} month={check.month} />
    </>
  );
}
