/** Rules and dashboard look at what is there: each metric that they know is exposed, with these labels. */

import { expect, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';
import { metricNames } from './metric-names.ts';

test('/metrics exposes every metric that rules and dashboard name', async () => {
  const gateway = await startGateway();
  const response = await fetch(`${gateway.app.url}/metrics`);
  const text = await response.text();
  expect(response.status).toBe(200);
  const exposed = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  // There is none without a Redis.
  const names = Object.keys(metricNames).filter((name) => name !== 'billing_redis_up' || exposed.has(name));
  expect(names.filter((name) => !exposed.has(name))).toEqual([]);
});
