/** Callers ask by the same path as /graphql, with the same access, budgets, limits and log lines. */

import { parseJson } from '../../domain/json.ts';
import type { Clock } from '../../domain/calendar.ts';
import type { Visibility } from '../../query/context.ts';
import type { Client } from '../access/auth.ts';
import type { Ask, Asking, Reply } from '../graphql/ask.ts';
import { scopeOf } from '../graphql/graphql-route.ts';
import { writeAnswer } from '../graphql/result.ts';
import type { Caller, JsonObject, ReplyError, ToolReply } from './tool.ts';

export interface CallerSettings {
  readonly asks: Ask;
  readonly visibilityOf: (client: Client) => Visibility;
  readonly now: Clock;
}

/** An answer as /graphql writes it. */
interface Written {
  readonly data?: JsonObject | null;
  readonly errors?: readonly { message: string; path?: ReplyError['path']; extensions: JsonObject }[];
  readonly extensions: { readonly cost: ToolReply['cost'] };
}

export function createCallers({ asks, visibilityOf, now }: CallerSettings): (asking: Asking) => Caller {
  return (asking) => ({
    client: asking.client,
    called(tool) {
      asking.logFields.tool = tool;
    },
    async ask(call) {
      asks.refuseIfLate(asking);
      // Answers in plain JSON: what /graphql keeps for its clients is found here, and the other way round.
      const scope = scopeOf(visibilityOf(asking.client), { mediaType: 'application/json' });
      const params = { query: call.query, operationName: call.operationName, variables: call.variables };
      return toReply(await asks.ask({ method: 'POST', params }, scope, null, asking), now());
    },
  });
}

function toReply(reply: Reply, now: number): ToolReply {
  const { answer, cached } = reply;
  const text = answer === null ? reply.cached.body.toString() : writeAnswer(answer);
  const { data = null, errors = [], extensions } = parseJson(text) as Written;
  const until = cached?.until ?? (errors.length === 0 ? (answer?.validity?.until() ?? 0) : 0);
  return {
    data,
    errors: errors.map(({ message, path, extensions }) => ({
      ...extensions,
      code: String(extensions['code']),
      message,
      ...(path === undefined ? {} : { path }),
    })),
    cost: extensions.cost,
    ttlMs: Math.max(0, Math.floor(until - now)),
  };
}
