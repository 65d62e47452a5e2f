/** What may come: never money that was billed. It has another shape than Money, so that the two are not added by mistake. */

import type { Decimal } from './decimal.ts';
import type { CurrencyCode } from './rows.ts';

export interface Estimate {
  readonly estimated: Decimal;
  readonly currency: CurrencyCode;
}
