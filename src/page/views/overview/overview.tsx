/** The overview: what is left, what the month comes to, what it went on, what may change, what is to be paid. */

import { operations } from '../../generated/operations.ts';
import { HistoryBars } from '../../shell/history-bars.tsx';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Answer, Part } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { AccountCards } from './account-cards.tsx';
import type { CostAnswer } from './cost-bars.ts';
import { CostSection } from './cost-section.tsx';
import { InvoicesDue } from './invoices-due.tsx';
import { MonthFigures } from './month-figures.tsx';
import { NotFinal } from './not-final.tsx';
import { OpenAnomalies } from './open-anomalies.tsx';
import {
  dimensions,
  offered,
  readRequest,
  type OverviewData,
  type OverviewRequest,
} from './overview-request.ts';
import './overview.css';

const nothing = {};

export function Overview() {
  const { t } = useI18n();
  const request = readRequest(useRoute().params);
  const query = useQuery(operations.Overview, request.variables);
  // Beside it: this takes more of the history, and does not hold up what is known.
  const outlook = useQuery(operations.Outlook, nothing);
  return (
    <>
      <div class="view-head">
        <h1>{t('overview.title')}</h1>
        <Choices request={request} />
      </div>
      <Answer query={query} hasParts>
        {(data) => (
          <div class="overview">
            <HistoryBars accounts={data.accounts} />
            <AccountCards accounts={data.accounts} errors={query.errors} />
            <MonthFigures month={data.month} query={query} outlook={outlook} />
            <Part data={costAnswer(data)} fields={['spend', 'overTime', 'steps']} query={query}>
              {(answer) => (
                <>
                  <CostSection answer={answer} request={request} />
                  <NotFinal spend={answer.spend} />
                </>
              )}
            </Part>
            <Part data={data.invoices} fields={['invoices']} query={query}>
              {(invoices) => <InvoicesDue invoices={invoices} />}
            </Part>
            <Answer query={outlook} hasParts>
              {({ anomalies }) => (
                <Part data={anomalies} fields={['anomalies']} query={outlook}>
                  {(report) => <OpenAnomalies report={report} />}
                </Part>
              )}
            </Answer>
          </div>
        )}
      </Answer>
    </>
  );
}

/** The pictures need all three: a bar without its total would be a guess. */
function costAnswer({ spend, overTime, steps }: OverviewData): CostAnswer | null {
  return spend === null || overTime === null || steps === null ? null : { spend, overTime, steps };
}

function Choices({ request: { period, by } }: { readonly request: OverviewRequest }) {
  const { t } = useI18n();
  const isOffered = Object.hasOwn(offered, period);
  return (
    <div class="choices">
      <label>
        <span>{t('overview.period')}</span>
        <select
          value={period}
          onChange={({ currentTarget }) => changeParams({ period: currentTarget.value })}
        >
          {Object.entries(offered).map(([value, text]) => (
            <option key={value} value={value}>
              {t(text)}
            </option>
          ))}
          {!isOffered && <option value={period}>{period}</option>}
        </select>
      </label>
      <label>
        <span>{t('overview.by')}</span>
        <select value={by} onChange={({ currentTarget }) => changeParams({ by: currentTarget.value })}>
          {dimensions.map((dimension) => (
            <option key={dimension} value={dimension}>
              {t(`dimension.${dimension}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
