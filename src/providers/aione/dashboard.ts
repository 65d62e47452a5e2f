/**
 * AIone's dashboard: https://70ybgfzygm.apifox.cn/435888805e0 and its models (DashboardResponse, BusinessDashboardData).
 *
 * It looks back from now over so many days: a window that moves, no billing period. A technical and a business view
 * exist, and which caller gets which is not documented: every field is optional. Its amounts are RMB by their names,
 * whatever the account's invoices are in.
 */

import { z } from 'zod';

import type { CurrencyCode } from '../../domain/rows.ts';
import type { Call } from '../../domain/segments.ts';
import type { UsageSummaryReading } from '../../domain/snapshots.ts';
import { snapshotBytes, type Connection } from '../provider.ts';
import { optional, wireCount, wireDecimal, wireString, wireText } from '../wire-fields.ts';
import { toRefusal } from './wire.ts';

export const dashboardEndpoint = 'obs/dashboard';

const model = z.object({ model: wireString, requests: optional(wireCount), tokens: optional(wireCount) });
const team = z.object({
  team_id: wireText,
  team_name: wireText,
  cost_rmb: optional(wireDecimal),
  conversations: optional(wireCount),
});

const view = z.object({
  total_cost_rmb: optional(wireDecimal),
  total_tokens: optional(wireCount),
  prompt_tokens: optional(wireCount),
  completion_tokens: optional(wireCount),
  total_requests: optional(wireCount),
  model_distribution: z.array(model).nullish(),
  team_cost_ranking: z.array(team).nullish(),
});

/** An object without a view is another answer. */
const dashboard = z
  .object({ tech: view.nullish(), business: view.nullish() })
  .refine(({ tech, business }) => tech != null || business != null, { message: 'expected a view' });

export async function readSummary(
  { request, credential }: Connection<{ readonly apiKey: string }>,
  call: Call,
  days: string,
): Promise<UsageSummaryReading> {
  const { tech, business } = await request(
    {
      endpoint: dashboardEndpoint,
      method: 'GET',
      path: '/api/v1/obs/dashboard',
      query: { range_days: days },
      headers: () => ({ authorization: `Bearer ${credential.apiKey}` }),
      schema: dashboard,
      maxBytes: snapshotBytes,
      refusal: toRefusal,
      isBeside: true,
    },
    call,
  );
  return {
    kind: 'SUMMARY',
    currency: 'CNY' as CurrencyCode,
    cost: tech?.total_cost_rmb ?? business?.total_cost_rmb ?? null,
    totalTokens: tech?.total_tokens ?? business?.total_tokens ?? null,
    inputTokens: tech?.prompt_tokens ?? business?.prompt_tokens ?? null,
    outputTokens: tech?.completion_tokens ?? business?.completion_tokens ?? null,
    requests: tech?.total_requests ?? business?.total_requests ?? null,
    models: tech?.model_distribution ?? business?.model_distribution ?? null,
    teams: (business?.team_cost_ranking ?? tech?.team_cost_ranking)?.map(toTeam) ?? null,
  };
}

function toTeam(wire: z.infer<typeof team>) {
  const { team_id: teamId, team_name: teamName, cost_rmb: cost, conversations } = wire;
  return { teamId, teamName, cost, conversations };
}
