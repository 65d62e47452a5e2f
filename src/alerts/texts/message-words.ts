/** What is written in each language. */

import type { TimeZone } from '../../domain/calendar.ts';
import type { MessageKind } from '../book.ts';
import type { AlertDetails, TestDetails } from '../details.ts';

export interface Text {
  readonly title: string;
  readonly lines: readonly string[];
}

/** All that is written in one language. */
export interface Words {
  readonly text: (details: AlertDetails | TestDetails, what: MessageKind, zone: TimeZone) => Text;
  /** The heading of several messages. */
  readonly several: (count: number) => string;
  readonly perhapsRepeated: string;
  readonly number: (id: string) => string;
  readonly link: string;
  readonly shortened: string;
  readonly givenUp: (count: number, since: string) => string;
}

type AnyDetails = AlertDetails | TestDetails;

/** A text for each kind of details. `isOver`: it does not hold any more. */
export type TextsByKind = {
  readonly [Kind in AnyDetails['kind']]: (
    details: Extract<AnyDetails, { kind: Kind }>,
    isOver: boolean,
    zone: TimeZone,
  ) => Text;
};

export function toText(texts: TextsByKind): Words['text'] {
  return (details, what, zone) => {
    const write = texts[details.kind] as (details: AnyDetails, isOver: boolean, zone: TimeZone) => Text;
    return write(details, what === 'RESOLVED', zone);
  };
}
