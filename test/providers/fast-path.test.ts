/** A list whose text is not what it seems to be is left to the schema, which looks at all of it. */

import { expect, test } from 'vitest';

import { billsOf } from '../support/vendor-answers.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';
import type { TimeZone } from '../../src/domain/calendar.ts';
import { decoders } from '../../src/providers/ppio-novita/decoders.ts';
import type { ListContext } from '../../src/providers/provider.ts';

const context: ListContext = {
  accountId: 'account-1',
  currency: 'CNY' as CurrencyCode,
  timeZone: 'Asia/Shanghai' as TimeZone,
  variant: 'gpu',
};

test('an envelope is what stands around the rows, so that a refusal in it is seen', () => {
  const text = billsOf(2).replace(/\}$/, ',"reason":"LIST_BILL_ERROR"}');
  expect(decoders.bills.fastPath(text, context)?.envelope).toEqual({ bills: [], reason: 'LIST_BILL_ERROR' });
});

test('a list that comes twice, or stands elsewhere, is left to the schema', () => {
  const text = billsOf(2);
  for (const whole of [
    text.replace(/\}$/, ',"bills":[]}'),
    text.replace(/\}$/, ',"\\u0062ills":[]}'),
    `{"data":${text}}`,
    `{"note":"\\"bills\\":[{","x":${text}}`,
    `${text} x`,
    text.slice(0, -1),
  ]) {
    expect(decoders.bills.fastPath(whole, context)).toBeNull();
  }
});
