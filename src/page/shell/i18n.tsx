/** Texts in the reader's language. Each text stands in src/page/texts, in all languages side by side. */

import { createContext, type ComponentChildren } from 'preact';
import { useContext, useMemo } from 'preact/hooks';

import { texts, type TextKey } from '../texts/texts.ts';
import type { Translator } from '../texts/translator.ts';
import { useChoice, type Choices, type Language } from './choices.ts';

export interface I18n extends Translator {
  readonly language: Language;
}

/** @throws TypeError where a component stands outside of the provider */
const Context = createContext<I18n | null>(null);

export function I18nProvider({
  choices,
  children,
}: {
  readonly choices: Choices;
  readonly children: ComponentChildren;
}) {
  const language = useChoice(choices.language);
  const i18n = useMemo(() => createI18n(language), [language]);
  return <Context.Provider value={i18n}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const i18n = useContext(Context);
  if (i18n === null) throw new TypeError('there is no language here');
  return i18n;
}

function createI18n(language: Language): I18n {
  const locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
  const plurals = new Intl.PluralRules(locale);
  return {
    language,
    locale,
    t(key, values = {}) {
      const [one = '', other = one] = texts[key][language].split('|');
      const count = Number(values['count'] ?? 2);
      const text = plurals.select(count) === 'one' ? one : other;
      return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ''));
    },
  };
}

/** Whether a text is there: for words that come from the gateway, such as error codes. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(texts, key);
}
