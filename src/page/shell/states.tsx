/** What a part of a view looks like while it is not there: loading, empty, failed, forbidden, partly there. */

import type { ComponentChildren } from 'preact';

import { isTextKey, useI18n } from './i18n.tsx';
import type { QueryError, QueryResult } from './use-query.ts';

/**
 * Shows an answer, or why there is none. An answer that is partly there is shown, with what is missing named above it.
 * `isEmpty`: whether an answer holds nothing.
 */
export function Answer<Data>({
  query,
  isEmpty,
  hasParts = false,
  children,
}: {
  readonly query: QueryResult<Data>;
  readonly isEmpty?: (data: Data) => boolean;
  /** Whether the parts say themselves what they lack. */
  readonly hasParts?: boolean;
  readonly children: (data: Data) => ComponentChildren;
}) {
  const { data, errors, loading, reload } = query;
  if (data === null) {
    return errors.length === 0 || (loading && !errors.some(isForbidden)) ? (
      <Loading />
    ) : (
      <Failure errors={errors} reload={reload} />
    );
  }
  return (
    <div class="answer" aria-busy={loading}>
      {errors.length > 0 && !hasParts && <Missing errors={errors} reload={reload} />}
      {isEmpty?.(data) === true ? <Empty /> : children(data)}
    </div>
  );
}

/** A part of an answer, which is null where it could not be read. `fields`: where its errors lie. */
export function Part<Data>({
  data,
  fields,
  query: { errors, reload },
  children,
}: {
  readonly data: Data | null;
  readonly fields: readonly string[];
  readonly query: Pick<QueryResult<unknown>, 'errors' | 'reload'>;
  readonly children: (data: Data) => ComponentChildren;
}) {
  if (data !== null) return <>{children(data)}</>;
  const own = errors.filter(({ path }) => fields.includes(String(path[0])));
  return <Failure errors={own} reload={reload} />;
}

export function Loading() {
  const { t } = useI18n();
  return (
    <div class="state state-loading" role="status">
      <span class="visually-hidden">{t('state.loading')}</span>
      <span class="skeleton" />
      <span class="skeleton" />
      <span class="skeleton" />
    </div>
  );
}

export function Empty({ children }: { readonly children?: ComponentChildren }) {
  const { t } = useI18n();
  return (
    <div class="state state-empty">
      <p class="state-title">{t('state.empty.title')}</p>
      <p>{children ?? t('state.empty.text')}</p>
    </div>
  );
}

/** Nothing of a question could be answered. */
export function Failure({ errors, reload }: Pick<QueryResult<unknown>, 'errors' | 'reload'>) {
  const { t } = useI18n();
  if (errors.some(isForbidden)) return <Forbidden>{t('state.forbidden.text')}</Forbidden>;
  return (
    <div class="state state-failed" role="alert">
      <p class="state-title">{t('state.failed.title')}</p>
      <ErrorList errors={errors} />
      <button type="button" onClick={reload}>
        {t('state.retry')}
      </button>
    </div>
  );
}

/** The reader may not see this. */
export function Forbidden({ children }: { readonly children: ComponentChildren }) {
  const { t } = useI18n();
  return (
    <div class="state state-forbidden" role="alert">
      <p class="state-title">{t('state.forbidden.title')}</p>
      <p>{children}</p>
    </div>
  );
}

/** A part of a question could not be answered. */
export function Missing({ errors, reload }: Pick<QueryResult<unknown>, 'errors' | 'reload'>) {
  const { t } = useI18n();
  return (
    <div class="state state-partial" role="status">
      <p class="state-title">{t('state.partial.title')}</p>
      <ErrorList errors={errors} />
      <button type="button" onClick={reload}>
        {t('state.retry')}
      </button>
    </div>
  );
}

/** What several fields failed with alike is said once. */
function ErrorList({ errors }: { readonly errors: readonly QueryError[] }) {
  const i18n = useI18n();
  const distinct = new Map(
    errors.map((error) => [JSON.stringify([error.account, error.code, error.message]), error]),
  );
  return (
    <ul class="errors">
      {Array.from(distinct, ([key, error]) => (
        <li key={key}>
          {error.account !== null && <strong>{error.account} </strong>}
          {explain(error, i18n)}
          <code>{error.code}</code>
          {error.retryAfterSeconds !== null && (
            <span class="muted"> {i18n.t('state.retrying', { count: error.retryAfterSeconds })}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** An error in the reader's language; `{message}` in a text are the gateway's own words, which name what is wrong. */
export function explain(
  { code, message, values }: Pick<QueryError, 'code' | 'message' | 'values'>,
  { t }: Pick<ReturnType<typeof useI18n>, 't'>,
): string {
  if (code === 'PERSISTED_QUERY_NOT_FOUND' || code === 'PERSISTED_QUERY_NOT_SUPPORTED')
    return t('state.outdated');
  const key = `error.${code}`;
  return isTextKey(key) ? t(key, { ...values, message }) : message;
}

function isForbidden({ code }: QueryError): boolean {
  return code === 'FORBIDDEN';
}
