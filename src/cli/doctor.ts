/**
 * `npm run doctor`: checks that everything in the settings exists and accepts this gateway, and says what to do if not.
 */

import { resolve } from 'node:path';

import { connectAccounts } from '../app/accounts.ts';
import type { OpenedProcess } from '../app/process-resources.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { schema } from '../graphql/schema.ts';
import { DocumentError } from '../server/graphql/document-tools.ts';
import { readDocuments } from '../server/graphql/persisted-documents.ts';
import type { Config } from '../config/settings.ts';
import { print, readArguments, untilSignal, UsageError, type Command } from './arguments.ts';
import { checkAccount } from './doctor-accounts.ts';
import { checkAllocations } from './doctor-allocations.ts';
import { checkChannels } from './doctor-channels.ts';
import { checkRedis } from './doctor-redis.ts';
import { checkStore } from './doctor-store.ts';
import { withProcess } from './local.ts';
import { toJsonLines, toTable, type Finding } from './findings.ts';

const usage = `Usage: npm run doctor [-- --json] [-- --send-test ID]

Checks the settings (in gateway.yaml, or in the file that GATEWAY_CONFIG names), the trusted documents, Redis, the store file,
and each account's credential, with one small call to its vendor, and a second one for the balance if the vendor reports it.
Neither is cached. Where the settings have allocations, it reads last month, and names the keys and projects that no rule
matches, with the line that would catch each. The exit code is 1 if a check failed.

  --send-test ID   sends a test message to the channel of alerts with this id, and says what its bot answered
  --json           prints one line of JSON per check
  --help           prints this text
`;

export const doctor: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      json: { type: 'boolean', default: false },
      'send-test': { type: 'string' },
      help: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageError('The doctor takes only options');
    if (values.help) return print(usage).then(() => 0);
    return untilSignal(async (signal) => {
      const findings = await examine(values['send-test'] ?? null, signal);
      const width = process.stdout.isTTY ? process.stdout.columns : Number.MAX_SAFE_INTEGER;
      await print(values.json ? toJsonLines(findings) : toTable(findings, width));
      return findings.some(({ state }) => state === 'failed') ? 1 : 0;
    });
  },
};

async function examine(sendTestTo: string | null, signal: AbortSignal): Promise<Finding[]> {
  const config = readSettings();
  if (Array.isArray(config)) {
    const unknown = {
      state: 'warning',
      found: 'not looked at',
      advice: 'put the settings right first',
    } as const;
    return [...config, ...['documents', 'redis', 'store', 'accounts'].map((what) => ({ what, ...unknown }))];
  }
  // The table shows what is wrong, so the log stays silent.
  const quiet: Config = { ...config, log: { ...config.log, level: 'silent' } };
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const connect = ({ resources }: OpenedProcess) => ({ connected: connectAccounts(quiet, resources) });
  return withProcess({ config: quiet, signal, write, connect }, async (base, { connected }) => {
    const [redis, ...accounts] = await Promise.all([
      checkRedis(config.redis, base.store, signal),
      ...connected.map((account) => checkAccount(account, config, signal)),
    ]);
    const store = checkStore(config, base.file);
    const allocations = await checkAllocations(quiet, base, connected, signal);
    const channels = await checkChannels(config, sendTestTo, signal);
    const findings = [
      settingsFinding(config),
      checkDocuments(config),
      redis,
      store,
      ...accounts,
      ...allocations,
      ...channels,
    ];
    return findings.map((finding) => ({
      ...finding,
      found: base.redact(finding.found),
      advice: base.redact(finding.advice),
    }));
  });
}

/** The settings, or all their issues as findings. */
function readSettings(): Config | Finding[] {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'see gateway.example.yaml';
    return error.issues.map((found) => ({ what: 'settings', state: 'failed', found, advice }));
  }
}

function settingsFinding({ accounts, clients, jwt, server }: Config): Finding {
  const isOpen = clients.length === 0 && jwt === undefined;
  const ways = [count(clients.length, 'client'), ...(jwt === undefined ? [] : ['signed tokens'])];
  return {
    what: 'settings',
    state: 'ok',
    found: `${count(accounts.length, 'account')}, ${isOpen ? `no clients: everyone on ${server.host} sees every account` : ways.join(' and ')}`,
    advice: '',
  };
}

function checkDocuments({ documents }: Config): Finding {
  const what = 'documents';
  if (documents === undefined) return { what, state: 'ok', found: 'none in the settings', advice: '' };
  try {
    const { count: found } = readDocuments(resolve(documents.folder), schema, null);
    return {
      what,
      state: 'ok',
      found: `${count(found, 'trusted document')} that fit the schema`,
      advice: '',
    };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const advice = 'put it right, or take it out of the folder: the gateway does not start with it';
    return { what, state: 'failed', found: error.message, advice };
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
