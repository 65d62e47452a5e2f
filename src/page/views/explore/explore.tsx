/**
 * Explore: any period, by one dimension or two, filtered, in the currencies as they are or converted, down to the
 * charges. All of it stands in the address.
 */

import { orNothing } from '../../cost/or-nothing.ts';
import { Timelines, useTimelines } from '../../cost/cost-over-time.tsx';
import { CoverageLine, ZoneNote } from '../../cost/coverage-line.tsx';
import { failuresOf } from '../../cost/time-bars.ts';
import { type Grain, grainOf } from '../../cost/time-grain.ts';
import { showAskedDates } from '../../cost/period-dates.ts';
import { PeriodPicker } from '../../cost/period-picker.tsx';
import { operations } from '../../generated/operations.ts';
import { useAllocations } from '../../cost/use-allocations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf, useRoute } from '../../shell/route.ts';
import { useSession } from '../../shell/session.tsx';
import { Answer } from '../../shell/states.tsx';
import { useAnswered, useQuery } from '../../shell/use-query.ts';
import { DigitsContext } from '../../table/figures.tsx';
import { ChargeRows } from './charge-rows.tsx';
import { parseExplore, printExplore, type ExploreState } from './explore-address.ts';
import { ExploreChoices } from './explore-choices.tsx';
import { stackedBy, variablesOf } from './explore-query.ts';
import { ExploreTables } from './explore-tables.tsx';
import { FilterBar } from './filter-bar.tsx';
import { UnknownCurrency, unknownCurrencies } from './unknown-currency.tsx';
import './explore.css';

export function Explore() {
  const state = parseExplore(useRoute().params);
  const unknown = unknownCurrencies(state);
  return unknown.length === 0 ? (
    <Explored state={state} />
  ) : (
    <UnknownCurrency state={state} codes={unknown} />
  );
}

function Explored({ state }: { readonly state: ExploreState }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { params } = useRoute();
  const { isBound } = useSession().state;
  const grain: Grain = state.grain ?? grainOf(state.period);
  const variables = variablesOf(state);
  const query = useQuery(operations.Explore, variables);
  const answered = useAnswered(state, query);
  const allocations = useAllocations();
  const time = useTimelines({
    period: state.period,
    grain,
    by: stackedBy(state.by),
    allocation: state.allocation,
    filter: variables.filter,
    convertTo: state.convertTo,
  });
  const to = (next: Partial<ExploreState>): string => {
    // Another question has other pages.
    const others = new URLSearchParams(params);
    for (const name of ['after', 'before']) others.delete(name);
    return addressOf('explore', printExplore({ ...state, ...next }, others));
  };
  const allocationName =
    allocations.find(({ allocationId }) => allocationId === answered.allocation)?.name ??
    answered.allocation ??
    '';
  const dimensions = answered.by.map((one) =>
    one === 'ALLOCATION' ? allocationName : t(`dimension.${one}`),
  );
  const go = (next: Partial<ExploreState>): void => location.assign(to(next));
  const digits = params.get('digits') === 'all' ? 'all' : 'cents';
  return (
    <DigitsContext.Provider value={digits}>
      <div class="explore">
        <div class="view-head">
          <h1>{t('explore.title')}</h1>
          {query.data?.groups != null && (
            <p class="muted">
              {showAskedDates(query.data.groups.coverage.sources, query.data.groups.period, i18n)}
            </p>
          )}
        </div>
        <div class="toolbar">
          <PeriodPicker period={state.period} onChange={(period) => period !== null && go({ period })} />
          <ExploreChoices state={state} allocations={allocations} grain={grain} go={go} />
        </div>
        <FilterBar state={state} allocations={allocations} onChange={(filters) => go({ filters })} />
        <Answer
          query={orNothing(query, 'groups')}
          isEmpty={({ groups }) =>
            groups !== null && groups.totals.length === 0 && failuresOf(groups.coverage.sources).length === 0
          }
        >
          {(data) =>
            data.groups === null ? null : (
              <>
                <CoverageLine coverage={data.groups.coverage} />
                {answered.by.includes('API_KEY') && <p class="muted">{t('explore.byKeyNote')}</p>}
                {answered.allocation !== null && <p class="muted">{t('allocation.note')}</p>}
                <Timelines {...time} onSelect={(dates) => go({ period: { dates }, grain: null })} />
                <ExploreTables
                  data={data}
                  timelines={query.isCurrent && time.query.isCurrent ? time.timelines : null}
                  state={answered}
                  dimensions={dimensions}
                  to={to}
                />
                <ZoneNote sources={data.groups.coverage.sources} />
                {!isBound && (
                  <p>
                    <button
                      type="button"
                      aria-expanded={state.showsRows}
                      onClick={() => go({ showsRows: !state.showsRows, list: null })}
                    >
                      {t(state.showsRows ? 'explore.hideRows' : 'explore.showRows')}
                    </button>
                  </p>
                )}
                {state.showsRows && (
                  <ChargeRows state={state} isCurrent={query.isCurrent} onList={(list) => go({ list })} />
                )}
              </>
            )
          }
        </Answer>
        {query.data?.groups == null && time.timelines !== null && <Timelines {...time} />}
      </div>
    </DigitsContext.Provider>
  );
}
