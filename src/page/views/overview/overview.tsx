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
  readQuestion,
  type OverviewData,
  type OverviewQuestion,
} from './overview-question.ts';
import './overview.css';

export function Overview() {
  const { t } = useI18n();
  const question = readQuestion(useRoute().params);
  const query = useQuery(operations.Overview, question.variables);
  return (
    <>
      <div class="view-head">
        <h1>{t('overview.title')}</h1>
        <Choices question={question} />
      </div>
      <Answer query={query} hasParts>
        {(data) => (
          <div class="overview">
            <HistoryBars accounts={data.accounts} />
            <AccountCards accounts={data.accounts} errors={query.errors} />
            <MonthFigures data={data} query={query} />
            <Part data={costAnswer(data)} fields={['spend', 'overTime', 'steps']} query={query}>
              {(answer) => (
                <>
                  <CostSection answer={answer} question={question} />
                  <NotFinal spend={answer.spend} />
                </>
              )}
            </Part>
            <Part data={data.invoices} fields={['invoices']} query={query}>
              {(invoices) => <InvoicesDue invoices={invoices} />}
            </Part>
            <Part data={data.anomalies} fields={['anomalies']} query={query}>
              {(report) => <OpenAnomalies report={report} />}
            </Part>
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

function Choices({ question: { period, by } }: { readonly question: OverviewQuestion }) {
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
