/** Signing in: a token is exchanged for a cookie, and forgotten by the page. */

import { useEffect, useRef, useState } from 'preact/hooks';

import { useI18n } from './i18n.tsx';
import { useSession, type SignInOutcome } from './session.tsx';

export function SignIn() {
  const { t } = useI18n();
  const { signIn } = useSession();
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<SignInOutcome>('ok');
  const [isSending, setIsSending] = useState(false);
  useEffect(() => field.current?.focus(), []);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const input = field.current;
    if (input === null || input.value.trim() === '') return;
    setIsSending(true);
    const answered = await signIn(input.value.trim());
    setIsSending(false);
    setOutcome(answered);
    input.value = '';
    input.focus();
  }

  return (
    <form class="sign-in" onSubmit={(event) => void submit(event)}>
      <h1>{t('signIn.title')}</h1>
      <p id="sign-in-lead">{t('signIn.lead')}</p>
      <label for="sign-in-token">{t('signIn.token')}</label>
      <input
        ref={field}
        id="sign-in-token"
        type="password"
        name="token"
        required
        autocomplete="current-password"
        spellcheck={false}
        aria-describedby="sign-in-lead sign-in-outcome"
        aria-invalid={outcome !== 'ok'}
      />
      <p id="sign-in-outcome" class="problem" role="alert">
        {outcome === 'ok' ? '' : t(`signIn.${outcome}`)}
      </p>
      <button type="submit" class="primary" disabled={isSending}>
        {t('signIn.submit')}
      </button>
    </form>
  );
}
