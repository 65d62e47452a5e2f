/** What the doctor says of an account: whether its vendor lets it in. */

import type { Connected } from '../accounts.ts';
import type { Base } from '../base.ts';
import { after } from '../domain/calendar.ts';
import { isGatewayError, type ErrorCode, type GatewayError } from '../domain/errors.ts';
import type { Config } from '../settings.ts';
import type { Finding } from './findings.ts';

/** A vendor that is slower is slow for dashboards, too. */
const slowMs = 5000;

/** Asks its vendor the cheapest question, by the way that all questions go. */
export async function checkAccount(
  { account, probe }: Connected,
  { accounts, limits }: Config,
  base: Base,
  signal: AbortSignal,
): Promise<Finding> {
  const { now } = base.surroundings;
  const what = `account ${account.id}`;
  const index = accounts.findIndex(({ id }) => id === account.id);
  const deadlineMs = limits.deadlineSeconds * 1000;
  const within = AbortSignal.timeout(deadlineMs);
  const startedAtMs = performance.now();
  try {
    await probe.ask({ signal: AbortSignal.any([signal, within]), deadline: after(now(), deadlineMs) });
    const tookMs = performance.now() - startedAtMs;
    const found = `${account.provider.name} answers: ${probe.asks}, ${(tookMs / 1000).toFixed(2)} s`;
    if (tookMs <= slowMs) return { what, state: 'ok', found, advice: '' };
    return { what, state: 'warning', found, advice: 'it is slow today, or its quota is used by others' };
  } catch (error) {
    if (isGatewayError(error)) return failed(what, error, `accounts.${index}`);
    if (!within.aborted) throw error;
    const found = `no answer within ${limits.deadlineSeconds} s (limits.deadlineSeconds)`;
    return { what, state: 'failed', found, advice: advices('').PROVIDER_TIMEOUT ?? '' };
  }
}

function failed(what: string, error: GatewayError, path: string): Finding {
  const { code, message, cause } = error;
  // Our own words, or a code of node's; an answer is never quoted in it.
  const why = typeof cause === 'string' ? ` (${cause})` : '';
  return { what, state: 'failed', found: `${message}${why}`, advice: advices(path)[code] ?? '', code };
}

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
