/** What bars show: nothing unknown looks like nothing, refunds hang below zero, and heights keep their proportions. */

import { expect, test } from 'vitest';

import { layOutBars, restId, type Bar } from '../../../src/page/charts/bar-layout.ts';

const series = [
  { id: 'a', label: 'A', colour: 1 },
  { id: 'b', label: 'B', colour: 2 },
];
const box = { width: 300, height: 200 };

function bar(
  key: string,
  total: string | null,
  parts: Readonly<Record<string, string>> = {},
  more: Partial<Bar> = {},
): Bar {
  const named = new Map(Object.entries(parts));
  return {
    key,
    label: key,
    tick: key,
    parts: named,
    total,
    hasRest: false,
    isProvisional: false,
    missing: [],
    ...more,
  };
}

function heightsOf(bars: readonly Bar[]) {
  const { columns, zero } = layOutBars(bars, series, box);
  return {
    zero,
    heights: columns.map(({ rectangles }) =>
      rectangles.map(({ series: of, y, height }) => ({ of, y, height })),
    ),
  };
}

test('parts stand on each other in proportion, and what no series shows stands on top of them', () => {
  const { heights, zero } = heightsOf([bar('1', '100.00', { a: '50.00', b: '25.00' }, { hasRest: true })]);
  const [parts = []] = heights;
  expect(parts.map(({ of }) => of)).toEqual(['a', 'b', restId]);
  const [a, b, rest] = parts;
  expect(zero).toBe(200);
  expect(a).toEqual({ of: 'a', y: 100, height: 100 });
  expect(b).toEqual({ of: 'b', y: 50, height: 50 });
  expect(rest).toEqual({ of: restId, y: 0, height: 50 });
});

test('a bar whose figures are not known has nothing drawn, and one that cost nothing has nothing either', () => {
  const { heights } = heightsOf([bar('1', '10.00', { a: '10.00' }), bar('2', null), bar('3', '0.00')]);
  expect(heights.map((parts) => parts.length)).toEqual([1, 0, 0]);
});

test('money that came back hangs below zero, and does not shorten what was spent', () => {
  const { heights, zero } = heightsOf([bar('1', '60.00', { a: '100.00', b: '-40.00' })]);
  const [spent, back] = heights[0] ?? [];
  expect(spent).toMatchObject({ of: 'a' });
  expect((spent?.y ?? 0) + (spent?.height ?? 0)).toBeCloseTo(zero);
  expect(back?.y).toBeCloseTo(zero);
  expect((back?.height ?? 0) / (spent?.height ?? 1)).toBeCloseTo(0.4);
});

test('a part that others are hidden in is not drawn where the series are all of it, whatever doubles leave over', () => {
  const { heights } = heightsOf([bar('1', '0.3', { a: '0.1', b: '0.2' })]);
  expect(heights[0]?.map(({ of }) => of)).toEqual(['a', 'b']);
});

test('nothing at all can be drawn: no bars, or only zeros', () => {
  expect(layOutBars([], series, box).columns).toEqual([]);
  const { ticks, zero } = layOutBars([bar('1', '0')], series, box);
  expect(zero).toBe(200);
  expect(ticks.every(({ y }) => Number.isFinite(y))).toBe(true);
});

test('labels have room: none touches another or runs out of the picture, and where there is room all are written', () => {
  const width = 248;
  const ticks = { en: (day: number) => `${day} Mar`, zh: (day: number) => `3月${day}日` };
  for (const tick of [ticks.en, ticks.zh]) {
    const days = Array.from({ length: 31 }, (_, index) =>
      bar(String(index), '1.00', {}, { tick: tick(index + 1) }),
    );
    for (let count = 1; count <= days.length; count += 1) {
      const { labels } = layOutBars(days.slice(0, count), series, { ...box, width });
      expect(labels[0]?.key).toBe('0');
      // As wide as they are drawn: a little less than the layout thinks.
      const ends = labels.map(({ text, x }) => {
        const half = Array.from(text).reduce((sum, sign) => sum + (sign > '\u2e80' ? 11 : 6), 0) / 2;
        return [x - half, x + half] as const;
      });
      ends.forEach(([left, right], index) => {
        expect(right).toBeLessThanOrEqual(width);
        if (index > 0) expect(left - (ends[index - 1]?.[1] ?? 0)).toBeGreaterThanOrEqual(6);
      });
    }
  }
  expect(layOutBars([bar('a', '1'), bar('b', '1')], series, box).labels).toHaveLength(2);
});
