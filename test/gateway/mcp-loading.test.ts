/** Who does not ask by MCP does not pay for it: its SDK and its tools are loaded with the first request, not before. */

import { expect, onTestFinished, test } from 'vitest';

import { openWorkplace } from '../support/command.ts';
import { callMessage, post } from '../support/mcp.ts';
import { root, startProcess } from '../support/process.ts';

const atEnd = { onTestFinished };

/** What has been loaded of the SDK and of the room of MCP, by the end of the paths. */
function loadedIn(output: string): string[] {
  return Array.from(
    output.matchAll(/^LOADED .*\/((?:@modelcontextprotocol|mcp)\/.*)$/gm),
    ([, path = '']) => path,
  );
}

test('the SDK and the tools are loaded with the first request to /mcp, and with no other', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, log: { level: 'info' } }));
  const execArgv = ['--import', `${root}test/support/loaded-modules.ts`];
  const gateway = startProcess([], workplace.environment, atEnd, { execArgv });
  const url = (await gateway.until(/"url":"([^"]+)"/))[1] ?? '';
  const asked = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ accounts { id balance { asOf } } }"}',
  });
  expect([asked.status, (await fetch(`${url}/readyz`)).status]).toEqual([200, 200]);
  // The names of tools are needed to check the settings, and the route is what loads the others.
  expect(loadedIn(gateway.output())).toEqual(['mcp/tool-names.ts', 'mcp/mcp-route.ts']);
  const { message, headers } = callMessage('check_access', {});
  expect((await post(url, message, headers)).status).toBe(200);
  const loaded = loadedIn(gateway.output());
  expect(loaded).toContain('mcp/mcp-endpoint.ts');
  expect(loaded.some((path) => path.startsWith('@modelcontextprotocol/server/'))).toBe(true);
  expect(loaded.filter((path) => path.includes('stdio') || path.includes('/client/'))).toEqual([]);
});
