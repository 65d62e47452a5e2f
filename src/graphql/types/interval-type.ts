/** Intervals of estimates as clients see them. */

import type { Interval } from '../../domain/interval.ts';
import { builder } from '../builder.ts';
import { EstimateType } from './estimate-type.ts';

export const IntervalType = builder.objectRef<Interval>('Interval').implement({
  description:
    'What is expected, and between what it is likely to lie, in one currency; each rounded to two digits behind the point, below 1 to three that count.',
  fields: (t) => ({
    low: t.expose('low', { type: EstimateType, description: 'It is likely not to be less.' }),
    expected: t.expose('expected', { type: EstimateType, description: 'What is expected.' }),
    high: t.expose('high', { type: EstimateType, description: 'It is likely not to be more.' }),
  }),
});
