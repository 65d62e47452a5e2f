/** What people read, in both languages: each kind of message as it is. */

import { expect, test } from 'vitest';

import { wordsOf, type Language } from '../../src/alerts/texts/languages.ts';
import { alertKinds } from '../../src/domain/alert.ts';
import type { TimeZone } from '../../src/domain/calendar.ts';
import { details } from './details-of-each-kind.ts';

const ending = ['balance', 'runway', 'budget', 'anomaly', 'due', 'failing', 'cannotSee'];

test.each<Language>(['en', 'zh'])('in %s', (language) => {
  const { text, several, perhapsRepeated, number, link, shortened, givenUp } = wordsOf[language];
  const zone = 'Asia/Shanghai' as TimeZone;
  const print = (name: string, what: 'OPENED' | 'RESOLVED'): string => {
    const known = details[name];
    if (known === undefined) throw new RangeError(name);
    const { title, lines } = text(known, what, zone);
    return [title, ...lines].join('\n  ');
  };
  const texts = [
    ...Object.keys(details).map((name) => print(name, 'OPENED')),
    ...ending.map((name) => print(name, 'RESOLVED')),
    // What cannot be seen is called by what it is of.
    ...alertKinds.map((of) => {
      const { cannotSee } = details;
      return cannotSee?.kind === 'CANNOT_SEE' ? text({ ...cannotSee, of }, 'OPENED', zone).title : '';
    }),
    ...[text({ kind: 'TEST', channel: 'ops' }, 'NOTED', zone)].map(({ title, lines }) =>
      [title, ...lines].join('\n  '),
    ),
    [several(3), perhapsRepeated, number('ab'), link, shortened, givenUp(1, 'T'), givenUp(2, 'T')].join('\n'),
  ];
  expect(`\n${texts.join('\n\n')}\n`).toMatchSnapshot();
});

test('there is an example of each kind', () => {
  expect(new Set(Object.values(details).map(({ kind }) => kind))).toEqual(new Set(alertKinds));
});
