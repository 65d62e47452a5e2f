/** What Explore groups by, how bars are cut, in which currency, and with how many digits. */

import { grains, type Grain } from '../../cost/time-grain.ts';
import type { AllocationView } from '../../cost/use-allocations.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { Choice } from '../../table/choice.tsx';
import { Switch } from '../../table/switch.tsx';
import { groupDimensions, parseDimensions, printDimensions, type ExploreState } from './explore-address.ts';

export interface ExploreChoicesProps {
  readonly state: ExploreState;
  readonly allocations: readonly AllocationView[];
  readonly grain: Grain;
  readonly go: (next: Partial<ExploreState>) => void;
}

export function ExploreChoices({ state, allocations, grain, go }: ExploreChoicesProps) {
  const { t } = useI18n();
  const { convertTo } = state;
  const [first = '', second = ''] = printDimensions(state);
  const accounts = useQuery(operations.Currencies, {}).data?.accounts ?? [];
  const currencies = [
    ...new Set([
      ...accounts.flatMap(({ currency }) => currency ?? []),
      ...(convertTo === null ? [] : [convertTo]),
    ]),
  ].toSorted((a, b) => (a < b ? -1 : 1));
  const named = allocations.map(({ allocationId, name }) => [allocationId, name] as const);
  // One that the settings do not have (any more) is still what the address says.
  const unknown =
    state.allocation !== null && allocations.every(({ allocationId }) => allocationId !== state.allocation);
  const dimensions: readonly (readonly [string, string])[] = [
    ...named,
    ...(unknown && state.allocation !== null ? [[state.allocation, state.allocation] as const] : []),
    ...groupDimensions.flatMap((name) =>
      name === 'ALLOCATION' ? [] : [[name, t(`dimension.${name}`)] as const],
    ),
  ];
  // One allocation at a time: the second dimension offers no other one.
  const others = dimensions.filter(
    ([name]) => name !== first && !(state.by[0] === 'ALLOCATION' && named.some(([id]) => id === name)),
  );
  return (
    <>
      <Choice
        label={t('explore.by')}
        value={first}
        options={dimensions}
        onChange={(name) => go(parseDimensions([name, ...(second === name ? [] : [second])]))}
      />
      <Choice
        label={t('explore.within')}
        value={second}
        options={[['', t('explore.oneOnly')], ...others]}
        onChange={(name) => go(parseDimensions([first, name]))}
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
