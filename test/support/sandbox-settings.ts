/** Settings of a gateway in a test: those of the sandbox, but for what is read without being asked for. */

import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxSettings } from '../../src/sandbox/sandbox-settings.ts';

/** Those of the sandbox. */
export function quietSettings(sandbox: Sandbox) {
  return quiet(sandboxSettings(sandbox));
}

/** Nothing is read ahead unless an account says so: then calls to vendors are those that a test causes. */
export function quiet<Settings extends object>(settings: Settings): Settings {
  const { accounts } = settings as { readonly accounts?: readonly object[] };
  if (accounts === undefined) return settings;
  return { ...settings, accounts: accounts.map((account) => ({ history: { months: 0 }, ...account })) };
}
