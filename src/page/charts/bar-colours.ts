/**
 * Which colour a series has. What stands in several pictures beside each other, such as a provider that bills in two
 * currencies, has the same colour in each, so that it is recognized.
 */

import type { Series } from './bar-layout.ts';

/** As many as people tell apart, colour-blind ones too (charts.css); what comes after them is the rest. */
export const colourCount = 7;

export function colourOf(id: string, series: readonly Series[]): string {
  const colour = series.find((one) => one.id === id)?.colour;
  return colour === undefined ? 'series-rest' : `series-${colour}`;
}

/**
 * Gives each list of names its colours, no two of a list the same one, and a name that is in several lists one colour in
 * all of them. Only where more names than colours make that impossible does a later list repeat a colour for another.
 */
export function withColours(
  lists: readonly (readonly Omit<Series, 'colour'>[])[],
): readonly (readonly Series[])[] {
  const chosen = new Map<string, number>();
  return lists.map((list) => {
    const taken = new Set<number>();
    const own = new Map<string, number>();
    // Those that have a colour keep it, before others choose.
    for (const { id } of list) {
      const colour = chosen.get(id);
      if (colour === undefined || taken.has(colour)) continue;
      taken.add(colour);
      own.set(id, colour);
    }
    for (const { id } of list) {
      if (own.has(id)) continue;
      const colour = freeColour(new Set([...taken, ...chosen.values()])) ?? freeColour(taken) ?? colourCount;
      taken.add(colour);
      own.set(id, colour);
      chosen.set(id, chosen.get(id) ?? colour);
    }
    return list.map((one) => ({ ...one, colour: own.get(one.id) ?? colourCount }));
  });
}

/** From 1 on; undefined: all are taken. */
function freeColour(taken: ReadonlySet<number>): number | undefined {
  for (let colour = 1; colour <= colourCount; colour += 1) if (!taken.has(colour)) return colour;
  return undefined;
}
