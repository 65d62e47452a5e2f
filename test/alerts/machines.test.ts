/** The machines: what is told when, and what is not told again. */

import { describe, expect, test } from 'vitest';

import {
  advance,
  withoutOrphans,
  type Evaluation,
  type Step,
  type Verdict,
} from '../../src/alerts/advance.ts';
import { emptyBook, type Book } from '../../src/alerts/book.ts';
import type { BalanceDetails } from '../../src/alerts/details.ts';
import type { Instant, TimeZone } from '../../src/domain/calendar.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';

const rule = { id: 'r', channels: ['ops'] };
const start = Date.parse('2026-03-18T09:37:00Z');
const at = (minutes: number): Instant => (start + minutes * 60_000) as Instant;

const detailsOf = (threshold: string): BalanceDetails => ({
  kind: 'BALANCE_BELOW',
  account: { id: 'a', name: 'A', provider: 'P', zone: 'UTC' as TimeZone },
  balance: { amount: '400' as Decimal, currency: 'CNY' as CurrencyCode },
  threshold: { amount: threshold as Decimal, currency: 'CNY' as CurrencyCode },
  source: 'PROVIDER',
  asOf: at(0),
});

type States = Readonly<Record<string, Step['state']>>;

const verdict = (states: States, others: Partial<Verdict> = {}): Verdict => ({
  kind: 'BALANCE_BELOW',
  scope: 'a',
  period: null,
  accounts: ['a'],
  // Names that are numbers are in no order of ours.
  steps: Object.entries(states)
    .toSorted(([a], [b]) => Number(b) - Number(a))
    .map(([threshold, state]) => ({
      threshold,
      state,
      details: detailsOf(threshold),
    })),
  ...others,
});

const seen = (...verdicts: readonly Verdict[]): Evaluation => ({ verdicts, unseen: [], notes: [] });

const blind = (forMinutes: number): Evaluation => ({
  verdicts: [],
  notes: [],
  unseen: [
    {
      scope: 'a',
      accounts: ['a'],
      forMs: forMinutes * 60_000,
      details: {
        kind: 'CANNOT_SEE',
        of: 'BALANCE_BELOW',
        subject: 'A',
        accounts: ['a'],
        code: 'PROVIDER_TIMEOUT',
        minutes: forMinutes,
      },
    },
  ],
});

/** Applies evaluations, each a minute after the one before, and returns what was told at each. */
function tell(...evaluations: readonly Evaluation[]): {
  readonly told: readonly string[][];
  readonly book: Book;
} {
  let book = emptyBook;
  const told = evaluations.map((evaluation, index) => {
    const before = new Set(book.queues['ops']?.waiting.map(({ id }) => id));
    book = advance(book, rule, evaluation, at(index));
    const fresh = (book.queues['ops']?.waiting ?? []).filter(({ id }) => !before.has(id));
    return fresh.map(({ what, details }) =>
      details.kind === 'BALANCE_BELOW' ? `${what} ${details.threshold.amount}` : `${what} ${details.kind}`,
    );
  });
  return { told, book };
}

describe('steps', () => {
  test('what goes on is told once', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    expect(tell(low, low, low).told).toEqual([['OPENED 1000'], [], []]);
  });

  test('lower steps are told as they come; of several at once the lowest alone', () => {
    const first = seen(verdict({ '1000': 'FIRES', '500': 'CLEARS' }));
    const both = seen(verdict({ '1000': 'FIRES', '500': 'FIRES' }));
    expect(tell(first, both, both).told).toEqual([['OPENED 1000'], ['OPENED 500'], []]);
    const { told, book } = tell(both);
    expect(told).toEqual([['OPENED 500']]);
    expect(book.alerts.map(({ threshold, state }) => [threshold, state])).toEqual([
      ['1000', 'OPEN'],
      ['500', 'OPEN'],
    ]);
  });

  test('on the edge nothing changes, whichever side it came from', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    const edge = seen(verdict({ '1000': 'HOLDS' }));
    const well = seen(verdict({ '1000': 'CLEARS' }));
    expect(tell(edge, low, edge, low, well, edge, low).told).toEqual([
      [],
      ['OPENED 1000'],
      [],
      [],
      ['RESOLVED 1000'],
      [],
      ['OPENED 1000'],
    ]);
  });

  test('that it is over is told once, when the last step is over', () => {
    const both = seen(verdict({ '1000': 'FIRES', '500': 'FIRES' }));
    const one = seen(verdict({ '1000': 'FIRES', '500': 'CLEARS' }));
    const none = seen(verdict({ '1000': 'CLEARS', '500': 'CLEARS' }));
    expect(tell(both, one, none, none).told).toEqual([['OPENED 500'], [], ['RESOLVED 1000'], []]);
  });

  test('what opens again has another number, and the same opening always the same', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    const well = seen(verdict({ '1000': 'CLEARS' }));
    const numbersOf = ({ book }: ReturnType<typeof tell>) => book.queues['ops']?.waiting.map(({ id }) => id);
    const numbers = numbersOf(tell(low, well, low)) ?? [];
    expect(new Set(numbers).size).toBe(3);
    expect(numbersOf(tell(low, low, well, low))).toEqual(numbers);
  });

  test('what may open once in its period does not open again', () => {
    const high = seen(verdict({ FORECAST: 'FIRES' }, { once: true, period: '2026-03' }));
    const low = seen(verdict({ FORECAST: 'ENDS' }, { once: true, period: '2026-03' }));
    const next = seen(verdict({ FORECAST: 'FIRES' }, { once: true, period: '2026-04' }));
    expect(tell(high, low, high, next).told).toEqual([['OPENED FORECAST'], [], [], ['OPENED FORECAST']]);
  });

  test('what has to last is told when it has, and begins anew when it stops in between', () => {
    const failing = seen(verdict({ x: 'FIRES' }, { forMs: 120_000 }));
    const well = seen(verdict({ x: 'CLEARS' }, { forMs: 120_000 }));
    expect(tell(failing, failing, failing, failing).told).toEqual([[], [], ['OPENED x'], []]);
    expect(tell(failing, failing, well, failing, failing, failing).told.flat()).toEqual(['OPENED x']);
    expect(tell(failing, failing, well, failing, failing).told.flat()).toEqual([]);
  });
});

describe('what is not known', () => {
  test('neither opens nor ends anything, and is told once after a while, and once when it is over', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    const { told, book } = tell(low, blind(2), blind(2), blind(2), blind(2), low, low);
    expect(told).toEqual([['OPENED 1000'], [], [], ['OPENED CANNOT_SEE'], [], ['RESOLVED CANNOT_SEE'], []]);
    expect(book.alerts.find(({ kind }) => kind === 'BALANCE_BELOW')?.state).toBe('OPEN');
  });

  test('for a moment only is told to nobody, also when it comes again later', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    expect(tell(low, blind(2), blind(2), low, blind(2), blind(2), low).told.flat()).toEqual(['OPENED 1000']);
  });

  test('does not hide what came meanwhile', () => {
    const well = seen(verdict({ '1000': 'CLEARS' }));
    const low = seen(verdict({ '1000': 'FIRES' }));
    expect(tell(well, blind(0), low).told).toEqual([
      [],
      ['OPENED CANNOT_SEE'],
      ['OPENED 1000', 'RESOLVED CANNOT_SEE'],
    ]);
  });
});

describe('what is not watched any more', () => {
  test('ends silently: an account that is gone, and a rule that is gone for an hour', () => {
    const low = seen(verdict({ '1000': 'FIRES' }));
    const { told, book } = tell(low, seen());
    expect(told).toEqual([['OPENED 1000'], []]);
    expect(book.alerts[0]?.state).toBe('RESOLVED');
    const open = tell(low).book;
    expect(withoutOrphans(open, [], at(30)).alerts[0]?.state).toBe('OPEN');
    expect(withoutOrphans(open, [], at(61)).alerts[0]?.state).toBe('RESOLVED');
    expect(withoutOrphans(open, [rule], at(61)).alerts[0]?.state).toBe('OPEN');
  });

  test('is kept for ninety days', () => {
    const { book } = tell(seen(verdict({ '1000': 'FIRES' })), seen());
    const day = 1440;
    expect(advance(book, rule, seen(), at(89 * day)).alerts).toHaveLength(1);
    expect(advance(book, rule, seen(), at(91 * day)).alerts).toHaveLength(0);
  });
});

describe('a clock that moved back', () => {
  const low = (others: Partial<Verdict> = {}) => seen(verdict({ x: 'FIRES' }, others));
  const year = 525_600;

  test('does not make what has to last wait for the day from which it moved', () => {
    const first = advance(emptyBook, rule, low({ forMs: 120_000 }), at(year));
    const second = advance(first, rule, low({ forMs: 120_000 }), at(0));
    expect(second.alerts).toEqual([]);
    expect(advance(second, rule, low({ forMs: 120_000 }), at(2)).alerts).toHaveLength(1);
  });

  test('does not make no news of all that comes until then', () => {
    const first = advance(emptyBook, rule, low(), at(year));
    expect(advance(first, rule, low(), at(0)).rules['r']?.since).toBe(at(0));
    expect(advance(advance(first, rule, low(), at(0)), rule, low(), at(5)).rules['r']?.since).toBe(at(0));
  });
});

test('an event is told once', () => {
  const note = {
    kind: 'DIGEST' as const,
    scope: 'digest',
    period: '2026-03-16',
    accounts: ['a'],
    details: detailsOf('1'),
  };
  const event: Evaluation = { verdicts: [], unseen: [], notes: [note] };
  const next: Evaluation = { ...event, notes: [note, { ...note, period: '2026-03-23' }] };
  expect(tell(event, event, next, event).told).toEqual([['NOTED 1'], [], ['NOTED 1'], []]);
});
