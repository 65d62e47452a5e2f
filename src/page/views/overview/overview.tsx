/** The overview. */

import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Answer } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';

export function Overview() {
  const { t } = useI18n();
  const query = useQuery(operations.Overview, {});
  return (
    <>
      <h1>{t('overview.title')}</h1>
      <Answer query={query} isEmpty={({ accounts }) => accounts.length === 0}>
        {({ accounts }) => (
          <ul>
            {accounts.map(({ id, name }) => (
              <li key={id}>{name}</li>
            ))}
          </ul>
        )}
      </Answer>
    </>
  );
}
