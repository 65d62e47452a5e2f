/** Whose rows are exported: those accounts that have such rows; an export that names another is refused. */

import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';

export function ExportAccounts({
  kinds,
  chosen,
}: {
  readonly kinds: readonly string[];
  /** Empty: all. */
  readonly chosen: readonly string[];
}) {
  const { t } = useI18n();
  const query = useQuery(operations.ExportAccounts, nothing);
  return (
    <Answer query={query}>
      {({ accounts: all }) => {
        const accounts = all.filter((account) => account.kinds.some((kind) => kinds.includes(kind)));
        const ids = accounts.map(({ id }) => id);
        const isChosen = (id: string): boolean => chosen.length === 0 || chosen.includes(id);
        const change = (id: string, isAdded: boolean): void => {
          const before = chosen.length === 0 ? ids : chosen;
          const next = isAdded ? [...before, id] : before.filter((one) => one !== id);
          const isAll = ids.every((one) => next.includes(one));
          changeParams({ accounts: isAll ? null : next.join(',') }, { replace: true });
        };
        return (
          <fieldset>
            <legend>{t('export.accounts')}</legend>
            {accounts.map(({ id, name, provider }) => (
              <label key={id} class="check">
                <input
                  type="checkbox"
                  checked={isChosen(id)}
                  // A file of no account is none.
                  disabled={isChosen(id) && ids.filter(isChosen).length === 1}
                  onChange={({ currentTarget: { checked } }) => change(id, checked)}
                />
                {name} <span class="muted">{provider.name}</span>
              </label>
            ))}
          </fieldset>
        );
      }}
    </Answer>
  );
}

const nothing = {};
