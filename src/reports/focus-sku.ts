/**
 * The SKU of a charge. A product's id names its price too, as the specification allows where a provider has no ids of
 * prices; without an id there is nothing to tell of it.
 */

import type { FocusService } from '../domain/focus-services.ts';
import { wellFormed } from '../domain/text.ts';
import type { FocusColumnName } from './focus-columns.ts';
import { isBefore, type FocusVersion } from './focus-versions.ts';

type SkuColumn = Extract<FocusColumnName, `Sku${string}`>;

/** The columns about the SKU of a product. `id` and `name` are null where they are blank. */
export function skuOf(
  { id, name, category }: SkuProduct,
  { subcategory }: FocusService,
  version: FocusVersion,
): Readonly<Record<SkuColumn, string | null>> {
  if (id === null) return { SkuId: null, SkuMeter: null, SkuPriceDetails: null, SkuPriceId: null };
  // 1.5 plans a name for the model of a charge; before, a name of ours has to do.
  const isModel = subcategory === 'Generative AI' && !isBefore(version, '1.5-draft');
  const details = name === null ? null : { [isModel ? 'ModelId' : 'x_ProductName']: name };
  return {
    SkuId: id,
    SkuMeter: wellFormed(category),
    SkuPriceDetails: details && JSON.stringify(details),
    SkuPriceId: id,
  };
}

interface SkuProduct {
  readonly id: string | null;
  readonly name: string | null;
  readonly category: string | null;
}
