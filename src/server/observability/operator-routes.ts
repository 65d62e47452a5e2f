/** GET /readyz and /metrics: everybody may know whether the gateway is ready; the rest is for operators. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import { isLoopbackName, type AdmissionSettings } from '../access/admission.ts';
import { HttpError, sendJson } from '../http/reply.ts';
import { describe } from './health.ts';
import type { MeasuredAccount, Metrics } from './prometheus.ts';

export interface OperatorSettings {
  readonly runtime: () => Pick<AdmissionSettings, 'authenticate' | 'loopbackOnly'>;
  readonly metrics: Metrics;
  /** What /readyz adds to "ready". */
  readonly readiness: () => Readonly<Record<string, unknown>>;
  /** The state of each account, for /metrics, and in /readyz for those who may see it. */
  readonly accounts: () => readonly MeasuredAccount[];
}

/** Everybody may know whether the gateway is ready; only those who may see an account learn its state. */
export async function sendReadiness(
  settings: OperatorSettings,
  stopping: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accounts = (await mayOperate(settings, request))
    ? { accounts: settings.accounts().map((state) => describe(state)) }
    : {};
  const status = stopping ? 'stopping' : 'ready';
  sendJson(response, stopping ? 503 : 200, { status, ...settings.readiness(), ...accounts });
}

/** @throws HttpError 401 */
export async function sendMetrics(
  settings: OperatorSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!(await mayOperate(settings, request))) {
    const message = 'Metrics are for clients with the permission operations: Authorization: Bearer <token>.';
    throw new HttpError(401, 'UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
  }
  const { text, contentType } = await settings.metrics.read(settings.accounts());
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
}

async function mayOperate(settings: OperatorSettings, { headers }: IncomingMessage): Promise<boolean> {
  const { authenticate, loopbackOnly } = settings.runtime();
  // Without clients only this machine may see them, and no foreign page that has pointed its name here.
  if (loopbackOnly && !isLoopbackName(headers.host)) return false;
  try {
    const client = await authenticate(headers.authorization);
    // These figures are about all accounts.
    return client?.permissions.has('operations') === true && client.accounts === null;
  } catch {
    return false;
  }
}
