/** The part of the settings that checks across several settings need, parsed even if the rest is wrong. */

import { z } from 'zod';

import { alertOutline } from './alert-checks.ts';
import { allocationOutlines, choiceOutline } from './allocation-settings.ts';
import { budgetOutlines } from './budget-settings.ts';

const anyText = z.string().catch('');
export const outline = z
  .object({
    server: z.object({ host: z.string().catch('127.0.0.1') }).catch({ host: '127.0.0.1' }),
    accounts: z
      .array(
        z
          .object({
            id: anyText,
            provider: anyText,
            credential: z.unknown().optional(),
            baseUrl: z.unknown().optional(),
            balance: z.unknown().optional(),
          })
          .catch({ id: '', provider: '', credential: undefined, baseUrl: undefined, balance: undefined }),
      )
      .catch([]),
    clients: z
      .array(
        z
          .object({
            id: anyText,
            accounts: z.array(anyText).catch([]),
            tokens: z.array(anyText).catch([]),
            allocations: choiceOutline,
          })
          .catch({ id: '', accounts: [], tokens: [], allocations: {} }),
      )
      .catch([]),
    jwt: z.unknown().optional(),
    allocations: allocationOutlines,
    budgets: budgetOutlines,
    alerts: alertOutline,
  })
  .catch({
    server: { host: '127.0.0.1' },
    accounts: [],
    clients: [],
    jwt: undefined,
    allocations: [],
    budgets: [],
    alerts: { channels: [], rules: [] },
  });
export type Outline = z.output<typeof outline>;
