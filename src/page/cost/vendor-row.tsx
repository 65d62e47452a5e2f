/** The vendor's own row, with every digit as it was sent; for whom the permission allows it. */

import { useEffect, useState } from 'preact/hooks';

import { operations } from '../generated/operations.ts';
import { useI18n } from '../shell/i18n.tsx';
import { useSession } from '../shell/session.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { errorsOf, isSignedOut, unreachable, type QueryError } from '../shell/use-query.ts';
import { setOut, valueText } from '../format/raw-text.ts';

type State = { readonly text: string } | { readonly errors: readonly QueryError[] } | null;

export function VendorRow({ id }: { readonly id: string }) {
  const { t } = useI18n();
  const { expired } = useSession();
  const [state, setState] = useState<State>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setState(null);
    const show = async (): Promise<void> => {
      const read = await readRaw(id, controller.signal);
      if (controller.signal.aborted) return;
      if (read !== null && 'errors' in read && read.errors.some(isSignedOut)) expired();
      else setState(read);
    };
    void show();
    return () => controller.abort();
  }, [id, turn]);
  if (state === null) return <Loading />;
  if ('errors' in state)
    return <Failure errors={state.errors} reload={() => setTurn((number) => number + 1)} />;
  return (
    <pre class="vendor-row" tabIndex={0} aria-label={t('rows.raw')}>
      {state.text}
    </pre>
  );
}

async function readRaw(id: string, signal: AbortSignal): Promise<State> {
  const { VendorRow: operation } = operations;
  try {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({
        documentId: `sha256:${operation.id}`,
        operationName: operation.name,
        variables: { id },
      }),
      signal,
    });
    const body = await response.text();
    const raw = valueText(body, 'raw');
    if (raw !== null && raw !== 'null') return { text: setOut(raw) };
    return { errors: errorsOf(JSON.parse(body) as Parameters<typeof errorsOf>[0]) };
  } catch {
    return { errors: [unreachable(null)] };
  }
}
