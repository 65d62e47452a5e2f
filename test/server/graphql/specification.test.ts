/** Any GraphQL client can talk to the endpoint: GraphQL over HTTP, as its specification's audits see it. */

import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startGateway } from '../../support/gateway.ts';

const stops: (() => Promise<void>)[] = [];
const state = { url: '' };
beforeAll(async () => {
  const gateway = await startGateway({}, { onTestFinished: (stop) => void stops.push(stop) });
  state.url = `${gateway.app.url}/graphql`;
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

test.each(serverAudits({ url: () => state.url }).map((audit) => [audit.name, audit] as const))(
  '%s',
  async (_name, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  },
);
