/** A name is found however it is typed: in any case, composed or not, full-width or not. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createSearch, unlessBlank } from '../../src/domain/text.ts';

const finds = (part: string, text: string): boolean => createSearch(part)(text);

test.each([
  ['café', 'Café Crème'],
  ['CRÈME', 'café crème'],
  ['ＧＰＵ', 'gpu H100'],
  ['h100', 'ＧＰＵ　Ｈ１００'],
  ['ガラス', 'ｶﾞﾗｽ'],
  ['strasse', 'Straße'],
  ['STRASSE', 'Straße'],
  ['straße', 'STRASSE'],
  ['ẞ', 'straße'],
  ['istanbul', 'İSTANBUL'],
  ['İstanbul', 'istanbul'],
  ['ISPARTA', 'ısparta'],
  ['ısparta', 'ISPARTA'],
  ['kitap', 'KİTAP'],
  ['οδος', 'ΟΔΟΣ 1'],
  ['οδοσ', 'οδος'],
  ['한글', '한글 모델'],
  ['万擎', '快手万擎'],
])('"%s" finds "%s", composed or not', (part, text) => {
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
    for (const other of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      expect([form, other, finds(part.normalize(form), text.normalize(other))]).toEqual([form, other, true]);
    }
  }
});

test.each([
  ['cafe', 'Café'],
  ['é', 'e'],
  ['gpu ', 'gpus'],
  ['RTX5090', 'RTX 5090'],
])('"%s" does not find "%s"', (part, text) => {
  expect(finds(part, text)).toBe(false);
});

test('any text finds itself in either case and any form, and every text holds the empty one', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'),
      (text, form) => {
        expect(finds(text.normalize(form), text)).toBe(true);
        expect(finds(text, text.normalize(form))).toBe(true);
        expect(finds(text.toUpperCase(), text)).toBe(true);
        expect(finds(text, text.toUpperCase())).toBe(true);
        expect(finds('', text)).toBe(true);
      },
    ),
  );
});

test('text of nothing but spaces counts as absent', () => {
  for (const blank of ['', ' ', '\t\n', '\u00A0', '\u3000 ', null, undefined])
    expect(unlessBlank(blank)).toBe(null);
  expect(unlessBlank(' a ')).toBe(' a ');
});
