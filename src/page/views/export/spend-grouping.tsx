/** What a file of spend is grouped by: no dimension, one, or two. */

import { useAllocations } from '../../cost/use-allocations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams } from '../../shell/route.ts';
import { Choice } from '../../table/choice.tsx';
import { groupDimensions } from '../explore/explore-address.ts';

export function SpendGrouping({ by }: { readonly by: readonly string[] }) {
  const { t } = useI18n();
  const allocations = useAllocations();
  const [first = '', second = ''] = by;
  const named = allocations.map(({ allocationId, name }) => [allocationId, name] as const);
  const dimensions: readonly (readonly [string, string])[] = [
    ...named,
    ...groupDimensions.flatMap((one) =>
      one === 'ALLOCATION' ? [] : [[one, t(`dimension.${one}`)] as const],
    ),
  ];
  // What the address names is shown, whether the settings have it or not.
  const withOwn = (own: string) =>
    own === '' || dimensions.some(([one]) => one === own) ? dimensions : [[own, own] as const, ...dimensions];
  const isOther = (name: string): boolean =>
    name !== first &&
    // One allocation at a time.
    !(named.some(([id]) => id === name) && named.some(([id]) => id === first));
  const change = (names: readonly string[]): void =>
    changeParams({ by: names.filter((name) => name !== '').join(',') });
  return (
    <>
      <Choice
        label={t('explore.by')}
        value={first}
        options={[['', t('export.ungrouped')], ...withOwn(first)]}
        onChange={(name) => change(name === '' || name === second ? [name] : [name, second])}
      />
      {first !== '' && (
        <Choice
          label={t('explore.within')}
          value={second}
          options={[['', t('explore.oneOnly')], ...withOwn(second).filter(([name]) => isOther(name))]}
          onChange={(name) => change([first, name])}
        />
      )}
    </>
  );
}
