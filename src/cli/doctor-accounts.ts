/** The doctor's check of an account: whether its vendor accepts the credential. */

import type { Connected } from '../app/accounts.ts';
import { isGatewayError, type ErrorCode, type GatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import type { Source } from '../ledger/source.ts';
import type { Config } from '../config/settings.ts';
import { codeIn, failureOf, type FailureKind } from '../upstream/network-failures.ts';
import type { Finding } from './findings.ts';

/** A slower vendor is too slow for dashboards, too. */
const slowMs = 5000;

/** Sends the cheapest request to the vendor, and one for its balance, the same way as all requests. */
export async function checkAccount(
  connected: Connected,
  { accounts, limits }: Config,
  signal: AbortSignal,
): Promise<Finding> {
  const { account, probe, proxy } = connected;
  const what = `account ${account.id}`;
  const index = accounts.findIndex(({ id }) => id === account.id);
  const through = proxy === null ? '' : `, through the proxy ${proxy}`;
  const deadlineMs = limits.deadlineSeconds * 1000;
  const within = AbortSignal.timeout(deadlineMs);
  const startedAtMs = performance.now();
  const call = {
    signal: AbortSignal.any([signal, within]),
    deadlineMs: performance.now() + deadlineMs,
  };
  try {
    await probe.ask(call);
    const tookMs = performance.now() - startedAtMs;
    const found = `${account.provider.name} answers: ${probe.asks}, ${(tookMs / 1000).toFixed(2)} s${through}`;
    const balance = await tellBalance(connected, call);
    const slow = tookMs <= slowMs ? '' : 'it is slow today, or its quota is used by others';
    const advice = [slow, balance.advice].filter((text) => text !== '').join('; ');
    const state = advice === '' ? 'ok' : 'warning';
    return { what, state, found: found + balance.found, advice };
  } catch (error) {
    const path = `accounts.${index}`;
    if (isGatewayError(error)) return failed(what, error, path, through);
    if (!within.aborted) throw error;
    const found = `no answer within ${limits.deadlineSeconds} s (limits.deadlineSeconds)${through}`;
    return { what, state: 'failed', found, advice: advices(path).PROVIDER_TIMEOUT ?? '' };
  }
}

interface ReportedBalance {
  /** What is added to the words about the account. */
  readonly found: string;
  readonly advice: string;
}

/** What is left, where the vendor or the settings tell it. That it cannot be read is no failure of the account. */
async function tellBalance({ account, snapshots }: Connected, call: Call): Promise<ReportedBalance> {
  const { declaredBalance } = account;
  const source = snapshots.find((one): one is Source<'BALANCE'> => one.kind === 'BALANCE');
  if (source === undefined) {
    if (declaredBalance === undefined) return { found: '', advice: '' };
    const { amount, currency, asOf } = declaredBalance;
    return { found: `; balance: ${amount} ${currency} declared of ${asOf}`, advice: '' };
  }
  try {
    const { rows } = await source.read({ key: 'now', variant: 'now', dates: null, isSnapshot: true }, call);
    const { available = null, currency = '' } = rows.at(0) ?? {};
    return {
      found: `; balance: ${available === null ? 'not told' : `${available} ${currency}`}`,
      advice: '',
    };
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    const advice =
      error.code === 'PROVIDER_CREDENTIAL_REJECTED'
        ? "lists are let through: give the key's owner the role for billing, if the balance is to be shown"
        : 'try again: all else answers';
    return { found: `; balance: ${error.message}`, advice };
  }
}

function failed(what: string, error: GatewayError, path: string, through: string): Finding {
  const { code, message, cause } = error;
  const failure = failureOf(codeIn(cause));
  // Our own words, or a code of Node; never a quote from an answer. Skips words that the message already has.
  const why = typeof cause === 'string' ? ` (${cause.replace(`: ${failure?.words}`, '')})` : '';
  const advice = failure === null ? advices(path)[code] : advicesFor(path)[failure.kind];
  return { what, state: 'failed', found: `${message}${why}${through}`, advice: advice ?? '', code };
}

/** Advice for when no answer came. */
function advicesFor(path: string): Readonly<Record<FailureKind, string>> {
  const host = `the host in ${path}.baseUrl`;
  const ownIssuer =
    'where a company or a proxy issues certificates of its own: NODE_EXTRA_CA_CERTS=/path/to/its-ca.pem';
  const proxy = 'the proxy (upstream.proxy, HTTPS_PROXY)';
  const orPast = 'or name the host in NO_PROXY';
  return {
    issuer: `${ownIssuer}; else check ${host}: somebody else may answer there`,
    expired: `check this machine's clock; if it is right, the vendor has to renew its certificate`,
    notYetValid: "check this machine's clock",
    otherName: `check ${host}: it has to be a name that its certificate has, not an address`,
    certificate: `check ${host}; ${ownIssuer}`,
    notTls: `check ${path}.baseUrl: https or http, and the port`,
    unknownHost: `check the spelling of ${host}, and the DNS of this machine; where only a proxy leads outside: upstream.proxy`,
    dnsDown: 'check the DNS of this machine (in a container or cluster: its own)',
    refused: `check the port and ${host}; if both are right, the vendor is down`,
    brokenOff: `try again; if it stays, a firewall on the way, or the vendor, ends connections: check ${path}.baseUrl`,
    noRoute: 'check the network of this machine: routes, IPv6, VPN',
    noConnection: `check the network and firewalls from here to ${host}; where only a proxy leads outside: upstream.proxy`,
    notHttp: `check ${path}.baseUrl: https or http, and the port`,
    proxyUnreachable: `check host and port of ${proxy}, and that it runs`,
    proxyLogin: `give ${proxy} a user and a password: http://user:password@host:port, with %40 for @ and the like`,
    proxyDenied: `have ${proxy} allow CONNECT to ${host}, ${orPast}; with 502 to 504 it cannot reach it either`,
    proxyTimeout: `check ${proxy}: it takes connections and does not answer, ${orPast}`,
  };
}

/** Advice for when an answer came, or came too late. */
function advices(path: string): Partial<Record<ErrorCode, string>> {
  return {
    PROVIDER_CREDENTIAL_REJECTED: `check ${path}.credential, and that its owner may read billing`,
    PROVIDER_UNAVAILABLE: `check ${path}.baseUrl and the network from here; if both are right, the vendor is down`,
    PROVIDER_TIMEOUT: `check the network from here, or raise ${path}.timeoutSeconds; the vendor may be down`,
    PROVIDER_RATE_LIMITED: `try again later; lower ${path}.quota if it stays`,
    PROVIDER_REJECTED: `check ${path}: provider, baseUrl and timeZone; the vendor may have changed its API`,
    PROVIDER_RESPONSE_INVALID: `check ${path}.baseUrl: what answers there is not the billing API that is expected`,
  };
}
