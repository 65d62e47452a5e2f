/** What each kind of channel contributes: how a batch becomes a request, what fits into it, and what its answers mean. */

import type { Instant } from '../../domain/calendar.ts';
import type { PostRequest, PostResult } from '../../domain/post.ts';
import type { Message } from '../book.ts';
import type { TestDetails } from '../details.ts';
import type { Outcome } from '../queue.ts';

/** A message as people read it. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** One request to a channel. */
export interface Batch {
  /** The same however often it is sent. */
  readonly id: string;
  readonly isPerhapsRepeated: boolean;
  readonly messages: readonly (Message | TestMessage)[];
  readonly heading: string;
  readonly sections: readonly Section[];
  /** What stands below: that it may be repeated, its number, what could not be delivered. */
  readonly footer: readonly string[];
  readonly link: { readonly label: string; readonly url: string } | null;
}

export type TestMessage = Omit<Message, 'details'> & { readonly details: TestDetails };

export interface Bot {
  /** The least time between two requests. */
  readonly gapMs: number;
  /** Whether whole and half hours are to be avoided. */
  readonly avoidsHalfHours?: boolean;
  readonly fits: (batch: Batch) => boolean;
  readonly toRequest: (batch: Batch, now: Instant) => PostRequest;
  /** What an answer with a status below 300 means. */
  readonly judge: (body: string) => Outcome;
}

export const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** What a result means, whatever the channel. */
export function outcomeOf(bot: Bot, result: PostResult): Outcome {
  if (result.kind === 'NOT_SENT') return { kind: 'LATER', cause: result.cause, retryAfterMs: null };
  if (result.kind === 'UNKNOWN') return { kind: 'UNKNOWN', cause: result.cause };
  const { status, retryAfterMs, body } = result;
  if (status >= 200 && status < 300) return bot.judge(body);
  const cause = `HTTP status ${status}`;
  if ([400, 413, 422].includes(status)) return { kind: 'REFUSED', cause };
  // Others of a server may come after it has done its work.
  if (status >= 500 && status !== 503) return { kind: 'UNKNOWN', cause };
  return { kind: 'LATER', cause, retryAfterMs };
}

/** An error code in a JSON answer: 0 is success. Null: it cannot be read, so nobody knows. */
export function codeIn(body: string, name: string): number | null {
  try {
    const parsed: unknown = JSON.parse(body);
    const code: unknown =
      typeof parsed === 'object' && parsed !== null ? (Reflect.get(parsed, name) as unknown) : null;
    return typeof code === 'number' ? code : null;
  } catch {
    return null;
  }
}

/** What an error code means: those that blame what is in the message, and those that ask for a pause. */
export function judgeCode(
  code: number | null,
  refusing: readonly number[],
  pauses: Readonly<Record<number, number>>,
): Outcome {
  if (code === 0) return { kind: 'DELIVERED' };
  if (code === null) return { kind: 'UNKNOWN', cause: 'an answer that is not as documented' };
  const cause = `error code ${code}`;
  if (refusing.includes(code)) return { kind: 'REFUSED', cause };
  return { kind: 'LATER', cause, retryAfterMs: pauses[code] ?? null };
}

/**
 * Markup of others in names (a product may be called anything) must not become a link, a mention or a heading: what
 * could begin one is written in its full-width form.
 */
export function withoutMarkup(text: string): string {
  return text.replaceAll(/[<>[\]*_`#~|@\\]/g, (mark) =>
    String.fromCodePoint((mark.codePointAt(0) ?? 0) + 0xfe_e0),
  );
}

/** A batch as Markdown of the little that all understand. */
export function toMarkdown({ heading, sections, footer, link }: Batch): string {
  const bodies = sections.map(({ title, lines }) =>
    [
      ...(sections.length === 1 ? [] : [`**${withoutMarkup(title)}**`]),
      ...lines.map((line) =>
        line.startsWith('- ') ? `- ${withoutMarkup(line.slice(2))}` : withoutMarkup(line),
      ),
    ].join('\n\n'),
  );
  const end = footer.map((line) => withoutMarkup(line));
  const open = link === null ? [] : [`[${link.label}](${link.url})`];
  return [`### ${withoutMarkup(heading)}`, ...bodies, ...end, ...open].join('\n\n');
}
