/** What the reader has chosen, language and theme: all that the page keeps in the browser. */

import { createStore, useStore, type Store } from './store.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];
/** `auto`: as the system is. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

interface Choice<T extends string> {
  readonly store: Store<T>;
  readonly choose: (value: T) => void;
}

/** `apply` shows the choice in the document. */
function createChoice<T extends string>(name: string, initial: T, apply: (value: T) => void): Choice<T> {
  const store = createStore(initial);
  apply(initial);
  return {
    store,
    choose(value) {
      write(name, value);
      apply(value);
      store.set(value);
    },
  };
}

export interface Choices {
  readonly language: Choice<Language>;
  readonly theme: Choice<Theme>;
}

/** Reads what was chosen, or what the browser says. */
export function readChoices(): Choices {
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  const preferred = spoken.find((one) => isOneOf(languages, one));
  const language = [read('language'), preferred].find((one) => isOneOf(languages, one)) ?? 'en';
  const theme = [read('theme')].find((one) => isOneOf(themes, one)) ?? 'auto';
  return {
    language: createChoice<Language>('language', language, (value) => {
      document.documentElement.lang = value === 'zh' ? 'zh-CN' : 'en';
    }),
    theme: createChoice<Theme>('theme', theme, (value) => {
      document.documentElement.dataset['theme'] = value;
    }),
  };
}

export function useChoice<T extends string>(choice: Choice<T>): T {
  return useStore(choice.store);
}

function isOneOf<T extends string>(list: readonly T[], value: string | null | undefined): value is T {
  return list.some((one) => one === value);
}

/** A browser may forbid storage: then a choice lasts as long as the page. */
function read(name: string): string | null {
  try {
    return localStorage.getItem(`billing.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`billing.${name}`, value);
  } catch {
    // Not kept.
  }
}
