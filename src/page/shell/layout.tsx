/** The frame around a view: navigation, language, theme, who is signed in, and the way to GraphiQL. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { languages, themes, useChoice, type Choices } from './choices.ts';
import { useI18n } from './i18n.tsx';
import { addressOf } from './route.ts';
import { useSession } from './session.tsx';
import { BoundNote } from './bound-note.tsx';
import type { View } from './view.ts';

export interface LayoutProps {
  readonly choices: Choices;
  readonly views: readonly View[];
  /** The view that is shown; undefined: none. */
  readonly current: View | undefined;
  readonly children: ComponentChildren;
}

export function Layout({ choices, views, current, children }: LayoutProps) {
  const { t, locale } = useI18n();
  const { isBound } = useSession().state;
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        {t('shell.skip')}
      </a>
      <header class="top">
        <p class="brand">{t('shell.title')}</p>
        <nav aria-label={t('shell.nav')}>
          <ul>
            {views
              .filter(({ isForBound = false }) => isForBound || !isBound)
              .map((view) => (
                <li key={view.path}>
                  <a href={addressOf(view.path)} aria-current={view === current ? 'page' : undefined}>
                    {t(view.title)}
                  </a>
                </li>
              ))}
          </ul>
        </nav>
        <Controls choices={choices} />
      </header>
      <main id="main" tabIndex={-1}>
        {isBound && <BoundNote />}
        {children}
      </main>
      <p class="print-only printed-at">{t('shell.printedAt', { time: new Date().toLocaleString(locale) })}</p>
    </>
  );
}

/** Not by the address: that is the view's. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

const languageNames = { en: 'English', zh: '中文' } as const;

function Controls({ choices }: Pick<LayoutProps, 'choices'>) {
  const { t, language } = useI18n();
  const { state, signOut } = useSession();
  const theme = useChoice(choices.theme);
  // Who tried to sign out, and could not.
  const [stillIn, setStillIn] = useState<number | null>(null);
  return (
    <div class="controls" role="group" aria-label={t('shell.choices')}>
      <select
        aria-label={t('shell.language')}
        value={language}
        onChange={({ currentTarget }) => {
          const chosen = languages.find((one) => one === currentTarget.value);
          if (chosen !== undefined) choices.language.choose(chosen);
        }}
      >
        {languages.map((one) => (
          <option key={one} value={one} lang={one}>
            {languageNames[one]}
          </option>
        ))}
      </select>
      <select
        aria-label={t('shell.theme')}
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = themes.find((one) => one === currentTarget.value);
          if (chosen !== undefined) choices.theme.choose(chosen);
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {t(`shell.theme.${one}`)}
          </option>
        ))}
      </select>
      {state.graphiql && <a href="graphql">{t('shell.graphiql')}</a>}
      {state.status === 'signedIn' && (
        <button
          type="button"
          title={t('shell.signedInAs', { client: state.client ?? '' })}
          onClick={() => void signOut().then((isDone) => setStillIn(isDone ? null : state.version))}
        >
          {t('shell.signOut')}
        </button>
      )}
      {state.status === 'signedIn' && stillIn === state.version && (
        <p class="problem" role="alert">
          {t('shell.stillSignedIn')}
        </p>
      )}
    </div>
  );
}
