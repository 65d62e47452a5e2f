/** The names of ids in a report of spend, by provider, because the same id may mean different things there. */

import type { CalendarDate } from '../domain/calendar.ts';

/** A name, and the day of the charge that says it. */
export interface Label {
  readonly text: string;
  readonly day: CalendarDate;
}

/** By key, then by provider. */
export type LabelMap = ReadonlyMap<string, ReadonlyMap<string, Label>>;

export interface Labels {
  /** Takes a name, unless one of a later day is known. */
  note(key: string, provider: string, label: Label): void;
  merge(others: LabelMap): void;
  /** The name at a provider, or the names at all of them (`provider` null); null: nothing has this name. */
  find(key: string, provider: string | null): string | null;
  readonly all: LabelMap;
}

/** No names yet. */
export function createLabels(): Labels {
  const all = new Map<string, Map<string, Label>>();
  const note: Labels['note'] = (key, provider, label) => {
    const ofKey = all.get(key) ?? new Map<string, Label>();
    all.set(key, ofKey);
    const known = ofKey.get(provider);
    const isLater =
      known === undefined || label.day > known.day || (label.day === known.day && label.text > known.text);
    // A copy: the text may be a slice of a vendor's whole answer.
    if (isLater) ofKey.set(provider, { ...label, text: JSON.parse(JSON.stringify(label.text)) as string });
  };
  return {
    note,
    merge(others) {
      for (const [key, ofKey] of others) {
        for (const [provider, label] of ofKey) note(key, provider, label);
      }
    },
    find(key, provider) {
      const known = provider === null ? all.get(key)?.values() : [all.get(key)?.get(provider)];
      const texts = new Set([...(known ?? [])].flatMap((label) => label?.text ?? []));
      return texts.size === 0 ? null : [...texts].toSorted().join(' / ');
    },
    all,
  };
}
