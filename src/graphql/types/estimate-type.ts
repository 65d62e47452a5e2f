/** An estimate as clients see it: it looks like money, and is another type. */

import type { Estimate } from '../../domain/estimate.ts';
import { builder } from '../builder.ts';

export const EstimateType = builder.objectRef<Estimate>('Estimate').implement({
  description:
    'An amount that was worked out and never billed. It is no Money, and is not to be added to any: where it stands is said what it is made of.',
  fields: (t) => ({
    amount: t.expose('estimated', {
      type: 'Decimal',
      description: 'The amount, exact as it was worked out.',
    }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'Its currency.' }),
  }),
});
