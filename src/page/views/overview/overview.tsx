/** The overview: what is left, what the month comes to, what it went on, what may change, what is to be paid. */

import { Timelines, useTimelinesOf } from '../../cost/cost-over-time.tsx';
import { operations } from '../../generated/operations.ts';
import { HistoryBars } from '../../shell/history-bars.tsx';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { useSession } from '../../shell/session.tsx';
import { Answer, Part } from '../../shell/states.tsx';
import { useAnswered, useQuery, type QueryResult } from '../../shell/use-query.ts';
import { Choice } from '../../table/choice.tsx';
import { AccountCards } from './account-cards.tsx';
import { CostSection } from './cost-section.tsx';
import { InvoicesDue } from './invoices-due.tsx';
import { MonthFigures } from './month-figures.tsx';
import { NotFinal } from './not-final.tsx';
import { OpenAlerts } from './open-alerts.tsx';
import { OpenAnomalies } from './open-anomalies.tsx';
import {
  dimensions,
  offered,
  readRequest,
  spelled,
  timeAnswerOf,
  type OverviewData,
  type OverviewRequest,
  type StandingData,
} from './overview-request.ts';
import './overview.css';

const nothing = {};

export function Overview() {
  const { t } = useI18n();
  const { isBound } = useSession().state;
  const request = readRequest(useRoute().params);
  const query = useQuery(operations.Overview, request.variables);
  // Beside it: these take longer, or more of the history, and do not hold up what is known.
  const standing = useQuery(operations.Standing, isBound ? null : nothing);
  const outlook = useQuery(operations.Outlook, nothing);
  const allocations = query.data?.allocations ?? [];
  return (
    <>
      <div class="view-head">
        <h1>{t('overview.title')}</h1>
        <Choices request={request} allocations={allocations} />
      </div>
      <div class="overview">
        {!isBound && <Standing query={standing} />}
        <MonthFigures query={query} outlook={outlook} />
        <Cost query={query} request={request} />
        {!isBound && (
          <Answer query={standing} hasParts>
            {({ invoices }) => (
              <Part data={invoices} fields={['invoices']} query={standing}>
                {(known) => <InvoicesDue invoices={known} />}
              </Part>
            )}
          </Answer>
        )}
        <Answer query={outlook} hasParts>
          {({ anomalies }) => (
            <Part data={anomalies} fields={['anomalies']} query={outlook}>
              {(report) => <OpenAnomalies report={report} />}
            </Part>
          )}
        </Answer>
      </div>
    </>
  );
}

function Standing({ query }: { readonly query: QueryResult<StandingData> }) {
  return (
    <Answer query={query} hasParts>
      {({ accounts, alerts }) => (
        <div class="standing">
          <HistoryBars accounts={accounts} />
          <AccountCards accounts={accounts} errors={query.errors} />
          {alerts !== null && <OpenAlerts report={alerts} />}
        </div>
      )}
    </Answer>
  );
}

/** Where the whole period could not be read, what is held of it is still drawn. */
function Cost({
  query,
  request,
}: {
  readonly query: QueryResult<OverviewData>;
  readonly request: OverviewRequest;
}) {
  const { t } = useI18n();
  const answer = query.data === null ? null : timeAnswerOf(query.data);
  const shown = useAnswered(request, query);
  const { period, by, allocation, step } = shown;
  const time = useTimelinesOf({ period, grain: step, by, allocation }, answer, query);
  const name = query.data?.allocations.find(({ allocationId }) => allocationId === allocation)?.name;
  return (
    <Answer query={query} hasParts>
      {({ spend }) => (
        <>
          <Part data={answer === null ? null : spend} fields={['spend', 'overTime', 'steps']} query={query}>
            {(known) => (
              <>
                <CostSection
                  spend={known}
                  timelines={time.timelines}
                  request={shown}
                  by={by === 'ALLOCATION' ? (name ?? allocation ?? '') : t(`dimension.${by}`)}
                />
                <NotFinal spend={known} />
              </>
            )}
          </Part>
          {answer === null && time.timelines !== null && <Timelines {...time} />}
        </>
      )}
    </Answer>
  );
}

function Choices({
  request,
  allocations,
}: {
  readonly request: OverviewRequest;
  readonly allocations: OverviewData['allocations'];
}) {
  const { t } = useI18n();
  const period = spelled(request);
  const by = request.allocation ?? request.by;
  const periods = Object.entries(offered).map(([value, text]) => [value, t(text)] as const);
  const groupings = [
    ...allocations.map(({ allocationId, name }) => [allocationId, name] as const),
    ...dimensions.map((dimension) => [dimension, t(`dimension.${dimension}`)] as const),
  ];
  const own = request.allocation ?? t(`dimension.${request.by}`);
  return (
    <div class="choices">
      <Choice
        label={t('overview.period')}
        value={period}
        options={Object.hasOwn(offered, period) ? periods : [...periods, [period, period]]}
        onChange={(value) => changeParams({ period: value })}
      />
      <Choice
        label={t('overview.by')}
        value={by}
        options={groupings.some(([one]) => one === by) ? groupings : [...groupings, [by, own]]}
        onChange={(value) => changeParams({ by: value })}
      />
    </div>
  );
}
