/** What is written in each language. */

import type { TimeZone } from '../../domain/calendar.ts';
import type { MessageKind } from '../book.ts';
import type { AlertFacts, TestFacts } from '../facts.ts';

export interface Text {
  readonly title: string;
  readonly lines: readonly string[];
}

/** All that is written in one language. */
export interface Words {
  readonly text: (facts: AlertFacts | TestFacts, what: MessageKind, zone: TimeZone) => Text;
  /** The heading of several messages. */
  readonly several: (count: number) => string;
  readonly perhapsRepeated: string;
  readonly number: (id: string) => string;
  readonly link: string;
  readonly shortened: string;
  readonly givenUp: (count: number, since: string) => string;
}

type AnyFacts = AlertFacts | TestFacts;

/** A text for each kind of facts. `isOver`: it does not hold any more. */
export type TextsByKind = {
  readonly [Kind in AnyFacts['kind']]: (
    facts: Extract<AnyFacts, { kind: Kind }>,
    isOver: boolean,
    zone: TimeZone,
  ) => Text;
};

export function toText(texts: TextsByKind): Words['text'] {
  return (facts, what, zone) => {
    const write = texts[facts.kind] as (facts: AnyFacts, isOver: boolean, zone: TimeZone) => Text;
    return write(facts, what === 'RESOLVED', zone);
  };
}
