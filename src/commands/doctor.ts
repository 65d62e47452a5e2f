/** `npm run doctor`: whether everything that the settings name is there and lets this gateway in, and what to do where not. */

import { resolve } from 'node:path';

import { connectAccounts } from '../accounts.ts';
import type { Base } from '../base.ts';
import { ConfigError, readConfig } from '../config.ts';
import { schema } from '../graphql/schema.ts';
import { DocumentFault, readDocuments } from '../server/documents.ts';
import type { Config } from '../settings.ts';
import { print, readArguments, untilSignal, UsageFault, type Command } from './command.ts';
import { checkAccount } from './doctor-accounts.ts';
import { checkRedis } from './doctor-redis.ts';
import { withBase } from './local.ts';
import { toJsonLines, toTable, type Finding } from './findings.ts';

const usage = `Usage: npm run doctor [-- --json]

Checks the settings (gateway.yaml, or where GATEWAY_CONFIG says), the trusted documents, Redis, and each account's
credential with one small call to its vendor, which is not cached. Exit code 1 when something failed.

  --json   one line of JSON for each thing that was looked at
  --help   this text
`;

export const doctor: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageFault('The doctor takes options alone');
    if (values.help) return print(usage).then(() => 0);
    return untilSignal(async (signal) => {
      const findings = await examine(signal);
      const width = process.stdout.isTTY ? process.stdout.columns : Number.MAX_SAFE_INTEGER;
      await print(values.json ? toJsonLines(findings) : toTable(findings, width));
      return findings.some(({ state }) => state === 'failed') ? 1 : 0;
    });
  },
};

async function examine(signal: AbortSignal): Promise<Finding[]> {
  const config = readSettings();
  if (Array.isArray(config)) {
    const unknown = {
      state: 'warning',
      found: 'not looked at',
      advice: 'put the settings right first',
    } as const;
    return [...config, ...['documents', 'redis', 'accounts'].map((what) => ({ what, ...unknown }))];
  }
  // What is wrong stands in the table.
  const quiet: Config = { ...config, log: { ...config.log, level: 'silent' } };
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const connect = ({ surroundings }: Base) => ({ connected: connectAccounts(quiet, surroundings) });
  return withBase({ config: quiet, signal, write, connect }, async (base, { connected }) => {
    const findings = [
      settingsFinding(config),
      checkDocuments(config),
      ...(await Promise.all([
        checkRedis(config.redis, base.store, signal),
        ...connected.map((account) => checkAccount(account, config, base, signal)),
      ])),
    ];
    return findings.map((finding) => ({
      ...finding,
      found: base.strike(finding.found),
      advice: base.strike(finding.advice),
    }));
  });
}

/** The settings, or all that is wrong with them. */
function readSettings(): Config | Finding[] {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'see gateway.example.yaml';
    return error.faults.map((found) => ({ what: 'settings', state: 'failed', found, advice }));
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
    const { count: found } = readDocuments(resolve(documents.folder), schema);
    return {
      what,
      state: 'ok',
      found: `${count(found, 'trusted document')} that fit the schema`,
      advice: '',
    };
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    const advice = 'put it right, or take it out of the folder: the gateway does not start with it';
    return { what, state: 'failed', found: error.message, advice };
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
