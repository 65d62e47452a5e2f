/** AIone's dashboard: what its gateway was used for in the days up to now, by model and by team, and how it is on the wire. */

import { dayAt } from './days.ts';
import { between, createRandom } from './random.ts';
import { fixed } from './vendor.ts';

export interface DashboardQuirks {
  /** Which view the caller gets; by default the technical one. */
  readonly view?: 'tech' | 'business';
}

/** Money in units of 1e-4. */
export interface Dashboard {
  readonly models: readonly { readonly model: string; readonly requests: bigint; readonly tokens: bigint }[];
  readonly teams: readonly {
    readonly id: string;
    readonly name: string;
    readonly cost: bigint;
    readonly conversations: bigint;
  }[];
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly cost: bigint;
}

const models = ['qwen3-max', 'deepseek-v3', 'glm-4.6'];
const teams = [
  { id: '5d3c0f2e-0c11-4d3e-9b52-9e6a7e1f0a01', name: '平台' },
  { id: '5d3c0f2e-0c11-4d3e-9b52-9e6a7e1f0a02', name: 'Search' },
];

/** The dashboard of the last `days` days. Today is one of them, as far as it has gone. */
export function dashboardOf(seed: number, nowMs: number, days: number): Dashboard {
  const today = dayAt(nowMs, 0);
  const dates = Array.from({ length: days }, (_, index) => today - index);
  const sum = (what: string, most: number): bigint =>
    dates.reduce((all, day) => all + BigInt(between(createRandom(seed, 'aione', what, day), 1, most)), 0n);
  const byModel = models.map((model) => ({
    model,
    requests: sum(`requests of ${model}`, 9000),
    tokens: sum(`tokens of ${model}`, 2_000_000_000),
  }));
  const byTeam = teams.map((team) => ({
    ...team,
    cost: sum(`cost of ${team.name}`, 5_000_000),
    conversations: sum(`conversations of ${team.name}`, 800),
  }));
  const tokens = byModel.reduce((all, one) => all + one.tokens, 0n);
  return {
    models: byModel,
    teams: byTeam,
    inputTokens: (tokens * 4n) / 5n,
    outputTokens: tokens - (tokens * 4n) / 5n,
    // What no team is charged with is in the whole.
    cost: byTeam.reduce((all, { cost }) => all + cost, 0n) + sum('cost of nobody', 90_000),
  };
}

/** One of the two views. */
export function dashboardBody(truth: Dashboard, { view = 'tech' }: DashboardQuirks): object {
  const count = (value: bigint): unknown => JSON.rawJSON(String(value));
  const total_cost_rmb = fixed(truth.cost, 4);
  if (view === 'business') {
    const team_cost_ranking = truth.teams.map(({ id, name, cost, conversations }) => ({
      team_id: id,
      team_name: name,
      cost_rmb: fixed(cost, 4),
      conversations: count(conversations),
    }));
    const total_conversations = count(
      truth.teams.reduce((all, { conversations }) => all + conversations, 0n),
    );
    return { view_mode: 'business', business: { total_cost_rmb, total_conversations, team_cost_ranking } };
  }
  return {
    view_mode: 'tech',
    tech: {
      total_tokens: count(truth.inputTokens + truth.outputTokens),
      prompt_tokens: count(truth.inputTokens),
      completion_tokens: count(truth.outputTokens),
      total_requests: count(truth.models.reduce((all, { requests }) => all + requests, 0n)),
      total_cost_rmb,
      avg_latency_ms: 812,
      p99_latency_ms: 4100,
      error_rate_pct: '0.41',
      rpm_usage_pct: '12.5',
      model_distribution: truth.models.map(({ model, requests, tokens }) => ({
        model,
        requests: count(requests),
        tokens: count(tokens),
      })),
    },
  };
}
