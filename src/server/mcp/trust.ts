/** How far an answer can be trusted: as of when it is, what is missing, what is old, what may still change. */

import { isRawNumber } from '../../domain/json.ts';
import type { JsonObject, ReplyError } from './tool.ts';
import { joined, shortText } from './words.ts';

interface SourceProblem {
  readonly account: string;
  readonly kind: string | null;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
}

/** The coverages of an answer, put together. */
export interface Trust {
  /** Null: the answer does not say. */
  readonly complete: boolean | null;
  readonly asOf: string | null;
  /** What is in no figure of the answer. */
  readonly missing: readonly SourceProblem[];
  /** What older figures stand in for. */
  readonly stale: readonly SourceProblem[];
  readonly provisional: readonly { account: string; kind: string | null; finalAt: string | null }[];
  readonly notices: readonly { account: string; kind: string | null; code: string; message: string }[];
}

/** A source as the operations select it; of a caller's own operations any part may be absent. */
interface Source {
  readonly account?: { readonly id?: string };
  readonly kind?: string | null;
  readonly status?: string;
  readonly settlement?: { readonly status?: string; readonly finalAt?: string | null };
  readonly notices?: readonly { readonly code?: string; readonly message?: string }[];
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly retryAfterSeconds?: number | null;
  } | null;
}

interface Coverage {
  readonly complete?: boolean;
  readonly asOf?: string | null;
  readonly sources?: readonly Source[];
}

/** Takes the coverages out of an answer: leaves `complete` and `asOf` in their place, and puts them together. */
export function takeTrust(data: JsonObject): { readonly data: JsonObject; readonly trust: Trust } {
  const found: Coverage[] = [];
  const taken = without(data, found) as JsonObject;
  return { data: taken, trust: together(found) };
}

function without(value: unknown, found: Coverage[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, found));
  if (typeof value !== 'object' || value === null) return value;
  // A number whose digits a client's parser would change: as text they last.
  if (isRawNumber(value)) return value.rawJSON;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (name !== 'coverage' || typeof inner !== 'object' || inner === null)
        return [name, without(inner, found)];
      const { sources: _sources, ...coverage } = inner as Coverage;
      found.push(inner as Coverage);
      return [name, coverage];
    }),
  );
}

function together(coverages: readonly Coverage[]): Trust {
  const sources = coverages.flatMap(({ sources = [] }) => sources);
  const reported = coverages.flatMap(({ complete }) => (complete === undefined ? [] : [complete]));
  const moments = coverages.flatMap(({ asOf }) => (asOf == null ? [] : [asOf]));
  return {
    complete: reported.length === 0 ? null : !reported.includes(false),
    asOf: moments.toSorted()[0] ?? null,
    missing: distinct(sources.filter(({ status }) => status === 'FAILED').map(problemOf)),
    stale: distinct(sources.filter(({ status }) => status === 'STALE').map(problemOf)),
    provisional: distinct(
      sources
        .filter(({ status, settlement }) => status !== 'FAILED' && settlement?.status === 'PROVISIONAL')
        .map((source) => ({ ...nameOf(source), finalAt: source.settlement?.finalAt ?? null })),
    ),
    notices: distinct(
      sources.flatMap((source) =>
        (source.notices ?? []).map(({ code = '', message = '' }) => ({ ...nameOf(source), code, message })),
      ),
    ),
  };
}

/** One of each: an account's list answers for this period and the one before, or for several budgets. */
function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function nameOf({ account, kind }: Source) {
  return { account: account?.id ?? 'an account', kind: kind ?? null };
}

function problemOf(source: Source): SourceProblem {
  const { code = 'FAILED', message = '', retryAfterSeconds = null } = source.error ?? {};
  return { ...nameOf(source), code, message, retryAfterSeconds };
}

/** The same in sentences. `errors` are those of fields beside it. */
export function sayTrust(trust: Trust, errors: readonly ReplyError[]): string {
  const { complete, asOf, missing, stale, provisional, notices } = trust;
  const sentences: string[] = [];
  if (asOf !== null) sentences.push(`As of ${asOf}, when its oldest part was read.`);
  if (missing.length > 0) {
    sentences.push(`MISSING, so that this is less than the whole: ${joined(missing.map(problemText))}.`);
  } else if (complete === false) sentences.push('MISSING: at least one account did not answer.');
  if (errors.length > 0) {
    const reported = errors.map(({ code, message, account }) =>
      shortText(`${account === undefined ? '' : `${account}: `}${code}: ${message}`, 200),
    );
    sentences.push(`NOT ANSWERED: ${joined([...new Set(reported)])}.`);
  }
  if (complete === true && errors.length === 0) sentences.push('Nothing is missing.');
  if (stale.length > 0) {
    sentences.push(`OLDER FIGURES STAND IN for ${joined(stale.map(problemText))}.`);
  }
  if (provisional.length > 0) {
    const parts = provisional.map(({ account, kind, finalAt }) => {
      const until = finalAt === null ? 'no final date is published' : `final at ${finalAt}`;
      return `${listText(account, kind)} (${until})`;
    });
    sentences.push(`PROVISIONAL, so it may still change: ${joined(parts)}.`);
  } else if (complete !== null && asOf !== null) sentences.push('Its figures are final.');
  if (notices.length > 0) {
    const parts = notices.map(
      ({ account, code, message }) => `${account}: ${code}: ${shortText(message, 160)}`,
    );
    sentences.push(`Notices: ${joined([...new Set(parts)], 3)}.`);
  }
  return sentences.join(' ');
}

function problemText({ account, kind, code, message }: SourceProblem): string {
  return `${listText(account, kind)} (${code}: ${shortText(message, 160)})`;
}

function listText(account: string, kind: string | null): string {
  return kind === null ? account : `${account} ${kind}`;
}
