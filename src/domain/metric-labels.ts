/** The labels of metrics that are known beforehand: their series start at 0. */

import { metrics, type LabelValues, type MetricName } from './metric-table.ts';

/** What is known of an account that its labels are made of. */
export interface LabelledAccount {
  readonly provider: string;
  readonly account: string;
  readonly endpoints: readonly string[];
}

/** Every combination of labels that is known beforehand; one without labels where a metric has none. */
export function knownLabels(
  name: MetricName,
  accounts: readonly LabelledAccount[],
): Readonly<Record<string, string>>[] {
  const labels: readonly (readonly [string, LabelValues])[] = Object.entries(metrics[name].labels);
  const isOfAccounts = labels.some(([, values]) => values === 'accounts');
  return (isOfAccounts ? accounts : [null]).flatMap((account) =>
    labels.reduce<Readonly<Record<string, string>>[]>(
      (combinations, [label, values]) =>
        combinations.flatMap((combination) =>
          valuesOf(label, values, account).map((value) => ({ ...combination, [label]: value })),
        ),
      [{}],
    ),
  );
}

function valuesOf(label: string, values: LabelValues, account: LabelledAccount | null): readonly string[] {
  if (values !== 'accounts') return 'known' in values ? values.known : values;
  if (account === null) return [];
  if (label === 'endpoint') return account.endpoints;
  return [label === 'provider' ? account.provider : account.account];
}
