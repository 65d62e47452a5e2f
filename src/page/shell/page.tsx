/** The page: its frame, and the view that the address names, or the sign-in. */

import { useEffect } from 'preact/hooks';

import type { Choices } from './choices.ts';
import { I18nProvider, useI18n } from './i18n.tsx';
import { Layout } from './layout.tsx';
import { useRoute } from './route.ts';
import { SessionProvider, useSession } from './session.tsx';
import { Forbidden } from './states.tsx';
import { SignIn } from './sign-in.tsx';
import type { View } from './view.ts';

export interface PageProps {
  readonly choices: Choices;
  readonly views: readonly View[];
}

export function Page(props: PageProps) {
  return (
    <I18nProvider choices={props.choices}>
      <SessionProvider>
        <Shown {...props} />
      </SessionProvider>
    </I18nProvider>
  );
}

function Shown({ choices, views }: PageProps) {
  const { t } = useI18n();
  const { state } = useSession();
  const { path } = useRoute();
  const current = path === '' ? views[0] : views.find((view) => view.path === path);
  const title = current === undefined ? t('shell.title') : `${t(current.title)} · ${t('shell.title')}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <Layout choices={choices} views={views} current={current}>
      {state.status === 'signedOut' ? (
        <SignIn />
      ) : current === undefined ? (
        <h1>{t('shell.noView')}</h1>
      ) : state.isBound && current.isForBound !== true ? (
        <>
          <h1>{t(current.title)}</h1>
          <Forbidden>{t('state.forbidden.bound')}</Forbidden>
        </>
      ) : (
        <current.View key={`${current.path} ${state.version}`} />
      )}
    </Layout>
  );
}
