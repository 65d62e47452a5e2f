/** An account whose months are final from the first of the next one, 10:00 UTC, and a list of it by day. */

import type { Account } from '../../src/domain/account.ts';
import { utc } from '../../src/domain/calendar.ts';
import type { Grid } from '../../src/domain/segments.ts';

export const grid: Grid = { variants: { all: 'day' }, future: false };

export const account: Account = {
  id: 'a',
  publicId: 'a',
  name: 'A',
  provider: {
    id: 'p',
    name: 'P',
    homepage: '',
    kinds: ['INVOICE'],
    timeZone: utc,
    keyedCategories: [],
    focusServices: { byCategory: {} },
    usageLagHours: 0,
  },
  currency: null,
  kinds: ['INVOICE'],
  timeZone: utc,
  settlement: { kind: 'nextMonth', day: 1, time: '10:00', zone: utc },
};
