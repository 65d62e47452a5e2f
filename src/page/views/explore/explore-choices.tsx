/** What Explore groups by, how bars are cut, in which currency, and with how many digits. */

import { grains, type Grain } from '../../cost/time-bars.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { Switch } from '../../table/switch.tsx';
import { groupDimensions, type ExploreState } from './explore-address.ts';

export interface ExploreChoicesProps {
  readonly state: ExploreState;
  readonly grain: Grain;
  readonly go: (next: Partial<ExploreState>) => void;
}

export function ExploreChoices({ state, grain, go }: ExploreChoicesProps) {
  const { t } = useI18n();
  const { by, convertTo } = state;
  const [first, second] = by;
  const accounts = useQuery(operations.Currencies, {}).data?.accounts ?? [];
  const currencies = [
    ...new Set([
      ...accounts.flatMap(({ currency }) => currency ?? []),
      ...(convertTo === null ? [] : [convertTo]),
    ]),
  ].toSorted((a, b) => (a < b ? -1 : 1));
  const dimensions = groupDimensions.map((name) => [name, t(`dimension.${name}`)] as const);
  return (
    <>
      <Choice
        label={t('explore.by')}
        value={first}
        options={dimensions}
        onChange={(name) => go({ by: second === undefined || second === name ? [name] : [name, second] })}
      />
      <Choice
        label={t('explore.within')}
        value={second ?? ''}
        options={[['', t('explore.oneOnly')], ...dimensions.filter(([name]) => name !== first)]}
        onChange={(name) => go({ by: name === '' ? [first] : [first, name] })}
      />
      <Choice
        label={t('explore.grain')}
        value={grain}
        options={grains.map((name) => [name, t(`explore.grain.${name}`)] as const)}
        onChange={(name) => go({ grain: name })}
      />
      <Choice
        label={t('explore.convert')}
        value={convertTo ?? ''}
        options={[
          ['', t('explore.asItIs')],
          ...currencies.map((code) => [code, t('explore.convertTo', { currency: code })] as const),
        ]}
        onChange={(code) => go({ convertTo: code === '' ? null : code })}
      />
      <Switch name="digits" on="all">
        {t('explore.everyDigit')}
      </Switch>
      <Switch name="columns" on="all">
        {t('explore.moreColumns')}
      </Switch>
    </>
  );
}

function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <label class="field">
      {label}
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = options.find(([one]) => one === currentTarget.value);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
